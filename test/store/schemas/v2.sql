-- Schema 2 as Headroom wrote it at commit a28ae68 (feat(store): outlive whatever happens to the ledger's file, and never write a newer one).
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE topics (name TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO topics VALUES('accounts',2);
INSERT INTO topics VALUES('exchanges',42);
INSERT INTO topics VALUES('jobs',3);
CREATE TABLE exchanges (
        number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL,
        provider TEXT NOT NULL, state TEXT NOT NULL, data TEXT NOT NULL
      );
INSERT INTO exchanges VALUES(1,'x-intent',1795356120000,'sync','intent','{"id":"x-intent","providerId":"sync","accountId":"sim-sync","keyId":"sim-sync-1","actionId":"generate","title":"Generate intent","state":"intent","createdAt":1795356120000,"endedAt":null,"input":{"text":"Habari ya intent","model":"lipsync-2"},"idempotencyKey":"key-0","request":{"method":"POST","url":"http://127.0.0.1:7/sync/v2/generate","headers":{"idempotency-key":"key-0"},"body":"{\"model\":\"lipsync-2\"}"},"answer":null,"problem":null,"attempts":0}');
INSERT INTO exchanges VALUES(2,'x-waiting',1795356180000,'sync','waiting','{"id":"x-waiting","providerId":"sync","accountId":"sim-sync","keyId":"sim-sync-1","actionId":"generate","title":"Generate waiting","state":"waiting","createdAt":1795356180000,"endedAt":null,"input":{"text":"Habari ya waiting","model":"lipsync-2"},"idempotencyKey":"key-1","request":{"method":"POST","url":"http://127.0.0.1:7/sync/v2/generate","headers":{"idempotency-key":"key-1"},"body":"{\"model\":\"lipsync-2\"}"},"answer":null,"problem":null,"attempts":0}');
INSERT INTO exchanges VALUES(3,'x-sent',1795356240000,'sync','sent','{"id":"x-sent","providerId":"sync","accountId":"sim-sync","keyId":"sim-sync-1","actionId":"generate","title":"Generate sent","state":"sent","createdAt":1795356240000,"endedAt":null,"input":{"text":"Habari ya sent","model":"lipsync-2"},"idempotencyKey":"key-2","request":{"method":"POST","url":"http://127.0.0.1:7/sync/v2/generate","headers":{"idempotency-key":"key-2"},"body":"{\"model\":\"lipsync-2\"}"},"answer":null,"problem":null,"attempts":1}');
INSERT INTO exchanges VALUES(4,'x-accepted',1795356300000,'sync','accepted','{"id":"x-accepted","providerId":"sync","accountId":"sim-sync","keyId":"sim-sync-1","actionId":"generate","title":"Generate accepted","state":"accepted","createdAt":1795356300000,"endedAt":null,"input":{"text":"Habari ya accepted","model":"lipsync-2"},"idempotencyKey":"key-3","request":{"method":"POST","url":"http://127.0.0.1:7/sync/v2/generate","headers":{"idempotency-key":"key-3"},"body":"{\"model\":\"lipsync-2\"}"},"answer":{"status":201,"headers":{"x-request-id":"r3"},"body":"{\"id\":\"job-3\",\"status\":\"COMPLETED\",\"note\":\"a \\\"quoted\\\" ''word'', ü\"}","bytes":90},"problem":null,"attempts":1}');
INSERT INTO exchanges VALUES(5,'x-outcomeUnknown',1795356360000,'sync','outcomeUnknown','{"id":"x-outcomeUnknown","providerId":"sync","accountId":"sim-sync","keyId":"sim-sync-1","actionId":"generate","title":"Generate outcomeUnknown","state":"outcomeUnknown","createdAt":1795356360000,"endedAt":null,"input":{"text":"Habari ya outcomeUnknown","model":"lipsync-2"},"idempotencyKey":"key-4","request":{"method":"POST","url":"http://127.0.0.1:7/sync/v2/generate","headers":{"idempotency-key":"key-4"},"body":"{\"model\":\"lipsync-2\"}"},"answer":null,"problem":null,"attempts":1}');
INSERT INTO exchanges VALUES(6,'x-done',1795356420000,'sync','done','{"id":"x-done","providerId":"sync","accountId":"sim-sync","keyId":"sim-sync-1","actionId":"generate","title":"Generate done","state":"done","createdAt":1795356420000,"endedAt":1795356424000,"input":{"text":"Habari ya done","model":"lipsync-2"},"idempotencyKey":"key-5","request":{"method":"POST","url":"http://127.0.0.1:7/sync/v2/generate","headers":{"idempotency-key":"key-5"},"body":"{\"model\":\"lipsync-2\"}"},"answer":{"status":201,"headers":{"x-request-id":"r5"},"body":"{\"id\":\"job-5\",\"status\":\"COMPLETED\",\"note\":\"a \\\"quoted\\\" ''word'', ü\"}","bytes":90},"problem":null,"attempts":1}');
INSERT INTO exchanges VALUES(7,'x-failed',1795356480000,'sync','failed','{"id":"x-failed","providerId":"sync","accountId":"sim-sync","keyId":"sim-sync-1","actionId":"generate","title":"Generate failed","state":"failed","createdAt":1795356480000,"endedAt":1795356484000,"input":{"text":"Habari ya failed","model":"lipsync-2"},"idempotencyKey":"key-6","request":{"method":"POST","url":"http://127.0.0.1:7/sync/v2/generate","headers":{"idempotency-key":"key-6"},"body":"{\"model\":\"lipsync-2\"}"},"answer":{"status":422,"headers":{"x-request-id":"r6"},"body":"{\"id\":\"job-6\",\"status\":\"COMPLETED\",\"note\":\"a \\\"quoted\\\" ''word'', ü\"}","bytes":90},"problem":{"sentence":"Sync refused the input.","remedy":"Change it."},"attempts":1}');
INSERT INTO exchanges VALUES(8,'x-refused',1795356540000,'sync','refused','{"id":"x-refused","providerId":"sync","accountId":"sim-sync","keyId":"sim-sync-1","actionId":"generate","title":"Generate refused","state":"refused","createdAt":1795356540000,"endedAt":1795356544000,"input":{"text":"Habari ya refused","model":"lipsync-2"},"idempotencyKey":"key-7","request":{"method":"POST","url":"http://127.0.0.1:7/sync/v2/generate","headers":{"idempotency-key":"key-7"},"body":"{\"model\":\"lipsync-2\"}"},"answer":{"status":201,"headers":{"x-request-id":"r7"},"body":"{\"id\":\"job-7\",\"status\":\"COMPLETED\",\"note\":\"a \\\"quoted\\\" ''word'', ü\"}","bytes":90},"problem":null,"attempts":1}');
INSERT INTO exchanges VALUES(9,'x-cancelled',1795356600000,'sync','cancelled','{"id":"x-cancelled","providerId":"sync","accountId":"sim-sync","keyId":"sim-sync-1","actionId":"generate","title":"Generate cancelled","state":"cancelled","createdAt":1795356600000,"endedAt":1795356604000,"input":{"text":"Habari ya cancelled","model":"lipsync-2"},"idempotencyKey":"key-8","request":{"method":"POST","url":"http://127.0.0.1:7/sync/v2/generate","headers":{"idempotency-key":"key-8"},"body":"{\"model\":\"lipsync-2\"}"},"answer":null,"problem":null,"attempts":1}');
CREATE TABLE findable (
        number INTEGER PRIMARY KEY REFERENCES exchanges (number) ON DELETE CASCADE, words TEXT NOT NULL
      );
INSERT INTO findable VALUES(1,replace('generate intent\ngenerate\nx-intent\nhabari ya intent\nlipsync-2','\n',char(10)));
INSERT INTO findable VALUES(2,replace('generate waiting\ngenerate\nx-waiting\nhabari ya waiting\nlipsync-2','\n',char(10)));
INSERT INTO findable VALUES(3,replace('generate sent\ngenerate\nx-sent\nhabari ya sent\nlipsync-2','\n',char(10)));
INSERT INTO findable VALUES(4,replace('generate accepted\ngenerate\nx-accepted\n201\nhabari ya accepted\nlipsync-2','\n',char(10)));
INSERT INTO findable VALUES(5,replace('generate outcomeunknown\ngenerate\nx-outcomeunknown\nhabari ya outcomeunknown\nlipsync-2','\n',char(10)));
INSERT INTO findable VALUES(6,replace('generate done\ngenerate\nx-done\n201\nhabari ya done\nlipsync-2','\n',char(10)));
INSERT INTO findable VALUES(7,replace('generate failed\ngenerate\nx-failed\n422\nsync refused the input.\nhabari ya failed\nlipsync-2','\n',char(10)));
INSERT INTO findable VALUES(8,replace('generate refused\ngenerate\nx-refused\n201\nhabari ya refused\nlipsync-2','\n',char(10)));
INSERT INTO findable VALUES(9,replace('generate cancelled\ngenerate\nx-cancelled\nhabari ya cancelled\nlipsync-2','\n',char(10)));
CREATE TABLE moments (
        number INTEGER PRIMARY KEY, exchange INTEGER NOT NULL REFERENCES exchanges (number) ON DELETE CASCADE,
        data TEXT NOT NULL
      );
INSERT INTO moments VALUES(1,1,'{"at":1795356120000,"what":"state","state":"intent","note":null}');
INSERT INTO moments VALUES(2,2,'{"at":1795356180000,"what":"state","state":"intent","note":null}');
INSERT INTO moments VALUES(3,2,'{"at":1795356180000,"what":"waiting","wait":{"partition":"sync/account:sim-sync/generate","policyId":"generate","cause":"rate","until":1795356180010,"evidence":"published","left":0,"limit":60}}');
INSERT INTO moments VALUES(4,2,'{"at":1795356181000,"what":"state","state":"waiting","note":null}');
INSERT INTO moments VALUES(5,3,'{"at":1795356240000,"what":"state","state":"intent","note":null}');
INSERT INTO moments VALUES(6,3,'{"at":1795356240000,"what":"waiting","wait":{"partition":"sync/account:sim-sync/generate","policyId":"generate","cause":"rate","until":1795356240010,"evidence":"published","left":0,"limit":60}}');
INSERT INTO moments VALUES(7,3,'{"at":1795356241000,"what":"state","state":"sent","note":null}');
INSERT INTO moments VALUES(8,4,'{"at":1795356300000,"what":"state","state":"intent","note":null}');
INSERT INTO moments VALUES(9,4,'{"at":1795356300000,"what":"waiting","wait":{"partition":"sync/account:sim-sync/generate","policyId":"generate","cause":"rate","until":1795356300010,"evidence":"published","left":0,"limit":60}}');
INSERT INTO moments VALUES(10,4,'{"at":1795356300010,"what":"sent","attempt":1}');
INSERT INTO moments VALUES(11,4,'{"at":1795356300900,"what":"answered","attempt":1,"head":{"status":201,"headers":{"x-request-id":"r3"},"sentAt":1795356300010,"gotAt":1795356300900,"quick":false}}');
INSERT INTO moments VALUES(12,4,'{"at":1795356301000,"what":"state","state":"accepted","note":null}');
INSERT INTO moments VALUES(13,5,'{"at":1795356360000,"what":"state","state":"intent","note":null}');
INSERT INTO moments VALUES(14,5,'{"at":1795356360000,"what":"waiting","wait":{"partition":"sync/account:sim-sync/generate","policyId":"generate","cause":"rate","until":1795356360010,"evidence":"published","left":0,"limit":60}}');
INSERT INTO moments VALUES(15,5,'{"at":1795356361000,"what":"state","state":"outcomeUnknown","note":null}');
INSERT INTO moments VALUES(16,6,'{"at":1795356420000,"what":"state","state":"intent","note":null}');
INSERT INTO moments VALUES(17,6,'{"at":1795356420000,"what":"waiting","wait":{"partition":"sync/account:sim-sync/generate","policyId":"generate","cause":"rate","until":1795356420010,"evidence":"published","left":0,"limit":60}}');
INSERT INTO moments VALUES(18,6,'{"at":1795356420010,"what":"sent","attempt":1}');
INSERT INTO moments VALUES(19,6,'{"at":1795356420900,"what":"answered","attempt":1,"head":{"status":201,"headers":{"x-request-id":"r5"},"sentAt":1795356420010,"gotAt":1795356420900,"quick":false}}');
INSERT INTO moments VALUES(20,6,'{"at":1795356421000,"what":"state","state":"done","note":null}');
INSERT INTO moments VALUES(21,7,'{"at":1795356480000,"what":"state","state":"intent","note":null}');
INSERT INTO moments VALUES(22,7,'{"at":1795356480000,"what":"waiting","wait":{"partition":"sync/account:sim-sync/generate","policyId":"generate","cause":"rate","until":1795356480010,"evidence":"published","left":0,"limit":60}}');
INSERT INTO moments VALUES(23,7,'{"at":1795356480010,"what":"sent","attempt":1}');
INSERT INTO moments VALUES(24,7,'{"at":1795356480900,"what":"answered","attempt":1,"head":{"status":422,"headers":{"x-request-id":"r6"},"sentAt":1795356480010,"gotAt":1795356480900,"quick":false}}');
INSERT INTO moments VALUES(25,7,'{"at":1795356481000,"what":"state","state":"failed","note":null}');
INSERT INTO moments VALUES(26,8,'{"at":1795356540000,"what":"state","state":"intent","note":null}');
INSERT INTO moments VALUES(27,8,'{"at":1795356540000,"what":"waiting","wait":{"partition":"sync/account:sim-sync/generate","policyId":"generate","cause":"rate","until":1795356540010,"evidence":"published","left":0,"limit":60}}');
INSERT INTO moments VALUES(28,8,'{"at":1795356540010,"what":"sent","attempt":1}');
INSERT INTO moments VALUES(29,8,'{"at":1795356540900,"what":"answered","attempt":1,"head":{"status":201,"headers":{"x-request-id":"r7"},"sentAt":1795356540010,"gotAt":1795356540900,"quick":false}}');
INSERT INTO moments VALUES(30,8,'{"at":1795356541000,"what":"state","state":"refused","note":null}');
INSERT INTO moments VALUES(31,9,'{"at":1795356600000,"what":"state","state":"intent","note":null}');
INSERT INTO moments VALUES(32,9,'{"at":1795356600000,"what":"waiting","wait":{"partition":"sync/account:sim-sync/generate","policyId":"generate","cause":"rate","until":1795356600010,"evidence":"published","left":0,"limit":60}}');
INSERT INTO moments VALUES(33,9,'{"at":1795356601000,"what":"state","state":"cancelled","note":null}');
CREATE TABLE jobs (
        number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, ended_at INTEGER, created_at INTEGER NOT NULL,
        owner TEXT, owned_until INTEGER, data TEXT NOT NULL
      );
INSERT INTO jobs VALUES(1,'x-accepted',NULL,1795356120000,'a process that is gone',1795356126000,'{"id":"x-accepted","exchangeId":"x-accepted","providerId":"sync","accountId":"sim-sync","keyId":"sim-sync-1","actionId":"generate","step":-1,"remoteId":"job-accepted","state":"running","word":"PROCESSING","progress":null,"createdAt":1795356120000,"endedAt":null,"polls":2,"nextPollAt":1795356125000,"answers":{"last":{"status":"PROCESSING"}},"input":{"model":"lipsync-2"},"asks":null,"watched":true,"error":null}');
INSERT INTO jobs VALUES(2,'x-sent',1795356129000,1795356120001,NULL,NULL,'{"id":"x-sent","exchangeId":"x-sent","providerId":"sync","accountId":"sim-sync","keyId":"sim-sync-1","actionId":"generate","step":-1,"remoteId":"job-sent","state":"succeeded","word":"COMPLETED","progress":null,"createdAt":1795356120001,"endedAt":1795356129000,"polls":2,"nextPollAt":null,"answers":{"last":{"status":"PROCESSING"}},"input":{"model":"lipsync-2"},"asks":null,"watched":true,"error":null,"stage":"fetch"}');
INSERT INTO jobs VALUES(3,'x-done',1795356129000,1795356120002,NULL,NULL,'{"id":"x-done","exchangeId":"x-done","providerId":"sync","accountId":"sim-sync","keyId":"sim-sync-1","actionId":"generate","step":-1,"remoteId":"job-done","state":"succeeded","word":"COMPLETED","progress":null,"createdAt":1795356120002,"endedAt":1795356129000,"polls":2,"nextPollAt":null,"answers":{"last":{"status":"PROCESSING"}},"input":{"model":"lipsync-2"},"asks":null,"watched":true,"error":null}');
CREATE TABLE results (
        number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, exchange TEXT NOT NULL, data TEXT NOT NULL
      , file TEXT AS (json_extract(data, '$.file')) VIRTUAL, bytes INTEGER AS (json_extract(data, '$.bytes')) VIRTUAL);
INSERT INTO results VALUES(1,'x-done-0-0','x-done','{"id":"x-done-0-0","exchangeId":"x-done","kind":"video","title":"kept","file":"x-done-0-0.mp4","bytes":1000,"mediaType":"video/mp4","digest":null,"link":null,"linkExpiresAt":null,"problem":null,"durationMs":2000,"place":{"step":-1,"index":0}}');
INSERT INTO results VALUES(2,'x-done-0-1','x-done','{"id":"x-done-0-1","exchangeId":"x-done","kind":"video","title":"saved","file":"x-done-0-1.mp4","bytes":1001,"mediaType":"video/mp4","digest":null,"link":null,"linkExpiresAt":null,"problem":null,"durationMs":2000,"place":{"step":-1,"index":1},"saved":true}');
INSERT INTO results VALUES(3,'x-done-0-2','x-done','{"id":"x-done-0-2","exchangeId":"x-done","kind":"video","title":"link","file":null,"bytes":null,"mediaType":"video/mp4","digest":null,"link":"https://cdn.example/out.mp4","linkExpiresAt":1795442520000,"problem":null,"durationMs":2000,"place":{"step":-1,"index":2}}');
CREATE TABLE accounts (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, data TEXT NOT NULL);
INSERT INTO accounts VALUES(1,'sim-sync','{"id":"sim-sync","providerId":"sync","name":"Simulated","planId":null,"keys":[{"id":"sim-sync-1","name":"Simulated","hint":""}],"overrides":[],"simulated":true}');
INSERT INTO accounts VALUES(2,'real','{"id":"real","providerId":"sauti","name":"Studio","planId":null,"keys":[{"id":"k1","name":"main","hint":"…cdef"}],"overrides":[],"simulated":false}');
CREATE TABLE partitions (key TEXT PRIMARY KEY, state TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO partitions VALUES('sync/account:sim-sync/generate','{"log":[[1795356120000,1795356120900,1],[1795356120000,1795356120900,1],[1795356120000,1795356120900,1]]}');
CREATE TABLE clocks (account TEXT PRIMARY KEY, state TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO clocks VALUES('sim-sync','{"lo":null,"hi":null,"at":0,"rttMin":900,"rttMax":900,"n":3}');
CREATE TABLE lines (
        id TEXT PRIMARY KEY,
        owner TEXT NOT NULL,
        pid INTEGER NOT NULL,
        lane INTEGER NOT NULL,
        account TEXT NOT NULL,
        claim TEXT NOT NULL,
        until REAL,
        wait TEXT NOT NULL
      , share TEXT NOT NULL DEFAULT '{}') WITHOUT ROWID;
CREATE TABLE tickets (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        line TEXT NOT NULL,
        since REAL NOT NULL,
        title TEXT NOT NULL
      );
CREATE TABLE peers (id TEXT PRIMARY KEY, pid INTEGER NOT NULL, port INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX exchanges_by_time ON exchanges (created_at DESC, number DESC, provider, state);
CREATE INDEX exchanges_under_way ON exchanges (created_at, number)
        WHERE state IN ('intent', 'waiting', 'sent', 'accepted');
CREATE INDEX moments_by_exchange ON moments (exchange);
CREATE INDEX jobs_by_end ON jobs (ended_at, created_at);
CREATE INDEX results_by_exchange ON results (exchange);
CREATE INDEX tickets_line ON tickets (line, since);
CREATE INDEX results_on_disk ON results (file, bytes) WHERE file IS NOT NULL;
COMMIT;
PRAGMA user_version=2;
