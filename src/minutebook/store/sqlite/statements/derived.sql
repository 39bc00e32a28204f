-- name: clear_pages
-- Pages (a JSON array of ids) as if nobody had summarised them.
UPDATE pages
SET label = '', summary = '', summary_by = '', summary_state = 'missing', summary_hash = '',
    summary_prompt = '', summary_order = 0, summary_points = '[]', summary_entities = '[]'
WHERE id IN (SELECT value FROM json_each(:pages)) AND (summary <> '' OR label <> '')

-- name: clear_windows
DELETE FROM windows WHERE page IN (SELECT value FROM json_each(:pages))

-- name: clear_orders
-- What models made of parts of pages goes; what is not on its way to one is not wanted any more. The
-- key of what is over is given up: the same content may be wanted again, when who opted out is back.
UPDATE orders
SET result = '',
    key = CASE WHEN state IN ('sent', 'split') THEN key ELSE key || ':' || id END,
    state = CASE WHEN state IN ('waiting', 'held', 'ready') THEN 'dropped' ELSE state END
WHERE page IN (SELECT value FROM json_each(:pages))

-- name: clear_slots
DELETE FROM slots WHERE page IN (SELECT value FROM json_each(:pages))

-- name: clear_slot_words
UPDATE slots SET words = '', reason = ''
WHERE conversation IN (SELECT value FROM json_each(:conversations)) AND words || reason <> ''

-- name: stories_of
-- Stories into which any of some pages went, and those that go on from them.
WITH RECURSIVE touched (id) AS (
    SELECT p.story FROM json_each(:pages) k CROSS JOIN story_pages p ON p.page = k.value
    UNION
    SELECT s.id FROM touched t JOIN stories s ON s.before = t.id
)
SELECT s.id, s.conversation, s.text, s.words FROM touched t JOIN stories s ON s.id = t.id
ORDER BY s.id

-- name: clear_story
UPDATE stories SET text = '', words = :words, by = '' WHERE id = :id

-- name: empty_stories
-- Stories without a text, with what is to be in them.
SELECT id, tokens FROM stories WHERE text = '' AND by = '' ORDER BY id

-- name: tell_story
UPDATE stories SET text = :text, tokens = :tokens, by = :by WHERE id = :id AND text = ''

-- name: layouts
SELECT conversation, revision, story, layout FROM layouts
WHERE conversation IN (SELECT value FROM json_each(:conversations))
   OR EXISTS (SELECT 1 FROM json_each(:pages) k WHERE instr(layout, k.value))

-- name: set_layout
UPDATE layouts SET layout = :layout WHERE conversation = :conversation AND revision = :revision

-- name: repeat_layout
-- What is at work on the newest layout finds that it has changed.
INSERT INTO layouts (conversation, revision, story, layout, made_at)
SELECT conversation, revision + 1, story, layout, :now FROM layouts
WHERE conversation = :conversation ORDER BY revision DESC LIMIT 1

-- name: summons_of
-- Side conversations of some conversations, of what goes on from them, and of what had some pages
-- brought back.
WITH RECURSIVE touched (conversation) AS (
    SELECT value FROM json_each(:conversations)
    UNION
    SELECT c.conversation FROM touched t JOIN snapshots s ON s.conversation = t.conversation
    JOIN chats c ON c.snapshot = s.id
)
SELECT u.id FROM summons u JOIN snapshots s ON s.id = u.snapshot
WHERE s.conversation IN (SELECT conversation FROM touched)
   OR EXISTS (SELECT 1 FROM json_each(:pages) k WHERE instr(s.slot, k.value))

-- name: forget_summon_messages
DELETE FROM summon_messages WHERE summon = :id

-- name: forget_summon
DELETE FROM summons WHERE id = :id

-- name: batches_of
-- Batches with requests about some pages, and how far they are.
SELECT b.id, b.state, count(*) AS requests FROM batch_items i JOIN batches b ON b.id = i.batch
WHERE i.page IN (SELECT value FROM json_each(:pages)) GROUP BY b.id

-- name: mirrored
-- Files that were written for documents.
SELECT m.document, d.title, m.path, m.digest FROM mirrors m JOIN documents d ON d.id = m.document
WHERE d.conversation IN (SELECT value FROM json_each(:conversations))

-- name: forget_mirror
DELETE FROM mirrors WHERE document = :document

-- name: blank_excerpt
UPDATE quarantine SET excerpt = '' WHERE id = :id

-- name: rename
UPDATE conversations SET title = :title WHERE id = :id

-- name: rename_document
UPDATE documents SET title = :title WHERE conversation = :id

-- name: blank_job
UPDATE jobs SET error = '' WHERE id = :id

-- name: blank_label
UPDATE snapshots SET label = '' WHERE id = :id

-- name: scan_pages
SELECT id, label || char(10) || summary || char(10) || summary_points || char(10)
    || summary_entities AS text
FROM pages WHERE summary <> '' OR label <> ''

-- name: scan_documents
SELECT conversation AS id, title || char(10) || content AS text FROM documents
UNION ALL
SELECT d.conversation, coalesce(r.content, '') || char(10) || r.patch || char(10) || r.cause
FROM revisions r JOIN documents d ON d.id = r.document
UNION ALL
SELECT d.conversation, c.base || char(10) || c.mine || char(10) || c.theirs || char(10) || c.behind
FROM conflicts c JOIN documents d ON d.id = c.document

-- name: scan_stories
SELECT id, text FROM stories WHERE text <> ''

-- name: scan_layouts
SELECT conversation || ' ' || revision AS id, layout AS text FROM layouts

-- name: scan_summons
SELECT summon AS id, text FROM summon_messages

-- name: scan_orders
SELECT page AS id, result || char(10) || error AS text FROM orders WHERE result <> '' OR error <> ''

-- name: scan_slots
SELECT conversation AS id, words || char(10) || reason AS text FROM slots

-- name: scan_quarantine
SELECT id, excerpt AS text FROM quarantine WHERE excerpt <> ''

-- name: scan_titles
SELECT id, title AS text FROM conversations

-- name: scan_jobs
SELECT id, error AS text FROM jobs WHERE error <> ''

-- name: scan_labels
SELECT id, label AS text FROM snapshots WHERE label <> ''

-- name: scan_passes
SELECT id, gone || char(10) || reason AS text FROM passes
