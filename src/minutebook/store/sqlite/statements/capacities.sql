-- name: listed
SELECT * FROM listed_models

-- name: learned
SELECT * FROM learned_limits

-- name: put_listed
INSERT INTO listed_models
    (model, place, context_window, max_output_tokens, takes_tools, listed_at)
VALUES (:model, :place, :context_window, :max_output_tokens, :takes_tools, :listed_at)
ON CONFLICT (model, place) DO UPDATE SET
    context_window = :context_window, max_output_tokens = :max_output_tokens,
    takes_tools = :takes_tools, listed_at = :listed_at

-- name: put_learned
INSERT INTO learned_limits (model, place, assumed, tokens, is_guess, learned_at)
VALUES (:model, :place, :assumed, :tokens, :is_guess, :learned_at)
ON CONFLICT (model, place) DO UPDATE SET
    assumed = :assumed, tokens = :tokens, is_guess = :is_guess, learned_at = :learned_at
