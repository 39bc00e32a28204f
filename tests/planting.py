"""Values of every kind, as they stand in logs, and texts that only look like them. All made up."""

from __future__ import annotations

from minutebook.domain.privacy import Kind

PEM = (
    "-----BEGIN RSA PRIVATE KEY-----\n"
    "MIIEowIBAAKCAQEAu1SU1LfVLPHCozMxH2Mo4lgOEePzNm0tRgeLezV6ffAt0gun\n"
    "VTLw7onLRnrq0/IzW7yWR7QkrmBL7jTKEn5u+qKhbwKfBstIs+bMY2Zkp18gnTxK\n"
    "-----END RSA PRIVATE KEY-----"
)
VALUES: dict[Kind, tuple[str, ...]] = {
    Kind.SECRET: (
        PEM,
        PEM.replace("\n", "\\n"),
        "sk-ant-api03-" + "aB3" * 12,
        "sk-proj-" + "x9Y" * 16,
        "AKIA" + "IOSFODNN7EXAMPLE",
        "ghp_" + "a1B2" * 9,
        "github_pat_" + "11ABC" * 8,
        "glpat-" + "aBcD1234efGH5678ijkl",
        "xoxb-" + "123456789012-abcdefGHIJ",
        "AIza" + "SyA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q",
        "npm_" + "a1B2" * 9,
        "123456789:AA" + "Hdqtc-JsQ8FhYx4zP_wLmN0vTg3Ku7Rb5sE",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0." + "SflKxwRJSMeKKF2QT4fwpMeJf36P",
    ),
    Kind.EMAIL: (
        "bob@example.org",
        "Bob.O'Neil+lists@mail.example.co.uk",
        "jürgen@müller.example",
        "bob [at] example [dot] org",
        "bob (at) example.org",
        "ｂｏｂ＠example．org",
    ),
    Kind.PHONE: (
        "+49 171 2345678",
        "+49\u00a0171\u00a02345678",
        "+15551234567",
        "+44 (0)20 7946 0958",
        "0049 171 2345678",
        "(555) 123-4567",
        "555-123-4567",
        "555\u2011123\u20114567",
        "030 1234567",
        "0171/2345678",
        "06 12 34 56 78",
        "06.12.34.56.78",
        "020 7946 0958",
        "01712345678",
        "٠٣٠ ١٢٣٤٥٦٧",
    ),
    Kind.CARD: (
        "4111 1111 1111 1111",
        "5500-0000-0000-0004",
        "378282246310005",
        "6011111111111117",
        "4111\u202f1111\u202f1111\u202f1111",
    ),
    Kind.IBAN: (
        "DE89 3704 0044 0532 0130 00",
        "GB82WEST12345698765432",
        "fr14 2004 1010 0505 0001 3m02 606",
    ),
}
NAMED: tuple[tuple[str, str], ...] = (
    ("password=hunter2", "hunter2"),
    ("DB_PASSWORD=correct-horse", "correct-horse"),
    ("db_pass: s3same", "s3same"),
    ("password: sesame", "sesame"),
    ("Passwort: „geheim123“", "geheim123"),
    ("the password is hunter2!", "hunter2"),
    ('"password": "it\'s 1 secret"', "it's 1 secret"),
    ('{\\"password\\": \\"hunter2\\"}', "hunter2"),
    ('"apiKey": "abcd1234efgh"', "abcd1234efgh"),
    ("api_key: abcd1234efgh", "abcd1234efgh"),
    ("AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLE", "wJalrXUtnFEMI/K7MDENG"),
    ("client-secret = 'q1w2e3r4t5y6'", "q1w2e3r4t5y6"),
    ("Authorization: Bearer abc123def456ghi789", "abc123def456ghi789"),
    ("postgres://bob:s3cr@t@db.example.org/x", "s3cr@t"),
    ("https://example.org/a?x=1&token=abcdef123456&b=1", "abcdef123456"),
    ("https://example.org/f?sig=Ab%2Fcd12345&se=1", "Ab%2Fcd12345"),
    ("https://hooks.slack.com/services/T0001/B0001/abcdefGHIJ1234", "abcdefGHIJ1234"),
    ("phone: 98765 43210", "98765 43210"),
    ("call me at 5551234567", "5551234567"),
    ("my number is 12 34 56 78", "12 34 56 78"),
    ("Handy 1712345678", "1712345678"),
)
"""Texts with a value that is known by what stands before it."""
HARMLESS: tuple[str, ...] = (
    "On 2024-01-02 10:20:30 we met, 2024-11-21T16:48:14+0200.",
    "01.02.2024 10:30 and 03/04/2024, 10:30-11:45",
    "v1.22.333, lodash@4.17.21, logo@2x.png, 192.168.100.200",
    "ISBN 978-3-16-148410-0, ISBN 0306406152, ISBN 0-306-40615-2",
    "$1,234,567.89 or 1.000.000,00 € or 1 024 000 000 bytes or 0.123456789",
    "order 1234567890 at 1700000000, snowflake 175928847299117063",
    "550e8400-e29b-41d4-a716-446655440000 commit 3f2a9c1d0171234567",
    "git@github.com:org/repo.git and https://example.org/p/01712345678?id=0123456789",
    "password: str, password = getpass(), password=settings.password, password: <yours>",
    "token_count = 4000, max_tokens: 4096, tokens: 12345678, key: value1234",
    "Password is required, the token is expired, the secret: nobody knows",
    "+52.520008, +13.404954, Nature (1998) 391 123-456, pages 123-456-789",
    "@app.route('/x') def f(self): return {'a': [1, 2, 3], 'b': 4111111111111112}",
    "[e-mail 01234567] [phone 01712345] Person 01712345 wrote on 11.12.13",
    "password=[secret 3f2a9c1d], phone: [phone 01234567]",
)
