INSERT INTO marks (name, version, contents, changed, by_whom) VALUES ('maintenance', 2, '{"on": false}', '2025-01-03T22:00:00Z', 'ops@db1');
INSERT INTO mark_answers (name, version, process, at, contents) VALUES ('maintenance', 2, 'web1/4711', '2025-01-03T22:00:01Z', '{}');
INSERT INTO incidents (id, kind, severity, state, opened, by_whom, closed, cause) VALUES ('INC-20250103-220000', 'service-down', 'critical', 'closed', '2025-01-03T22:00:00Z', 'ops@db1', '2025-01-03T23:00:00Z', 'the disk was full');
INSERT INTO incident_entries (id, incident, at, by_whom, contents) VALUES ('01a203d4-9c29-7ebf-9174-000000000171', 'INC-20250103-220000', '2025-01-03T22:00:02.5Z', 'ops@db1', '{"does": "note", "said": "it is back"}');
