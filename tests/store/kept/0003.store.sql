BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0003');
CREATE TABLE answers (
	id BLOB NOT NULL, 
	person BIGINT, 
	bundle TEXT NOT NULL, 
	arm TEXT NOT NULL, 
	time BIGINT NOT NULL, 
	packed BLOB NOT NULL, 
	seen BLOB, 
	PRIMARY KEY (id)
)
 WITHOUT ROWID

;
INSERT INTO "answers" VALUES(X'0001020304050607',1,'b','',3000,X'02000000010000000000003F0000803E0000803F0000803F0103',X'01');
CREATE TABLE buckets (
	bucket INTEGER NOT NULL, 
	removals BIGINT NOT NULL, 
	PRIMARY KEY (bucket)
);
INSERT INTO "buckets" VALUES(0,0);
INSERT INTO "buckets" VALUES(1,0);
INSERT INTO "buckets" VALUES(2,0);
INSERT INTO "buckets" VALUES(3,0);
INSERT INTO "buckets" VALUES(4,0);
INSERT INTO "buckets" VALUES(5,0);
INSERT INTO "buckets" VALUES(6,0);
INSERT INTO "buckets" VALUES(7,0);
INSERT INTO "buckets" VALUES(8,0);
INSERT INTO "buckets" VALUES(9,0);
INSERT INTO "buckets" VALUES(10,0);
INSERT INTO "buckets" VALUES(11,0);
INSERT INTO "buckets" VALUES(12,0);
INSERT INTO "buckets" VALUES(13,0);
INSERT INTO "buckets" VALUES(14,0);
INSERT INTO "buckets" VALUES(15,0);
INSERT INTO "buckets" VALUES(16,0);
INSERT INTO "buckets" VALUES(17,0);
INSERT INTO "buckets" VALUES(18,0);
INSERT INTO "buckets" VALUES(19,0);
INSERT INTO "buckets" VALUES(20,0);
INSERT INTO "buckets" VALUES(21,0);
INSERT INTO "buckets" VALUES(22,0);
INSERT INTO "buckets" VALUES(23,0);
INSERT INTO "buckets" VALUES(24,0);
INSERT INTO "buckets" VALUES(25,0);
INSERT INTO "buckets" VALUES(26,0);
INSERT INTO "buckets" VALUES(27,0);
INSERT INTO "buckets" VALUES(28,0);
INSERT INTO "buckets" VALUES(29,0);
INSERT INTO "buckets" VALUES(30,0);
INSERT INTO "buckets" VALUES(31,0);
INSERT INTO "buckets" VALUES(32,0);
INSERT INTO "buckets" VALUES(33,0);
INSERT INTO "buckets" VALUES(34,0);
INSERT INTO "buckets" VALUES(35,0);
INSERT INTO "buckets" VALUES(36,0);
INSERT INTO "buckets" VALUES(37,0);
INSERT INTO "buckets" VALUES(38,0);
INSERT INTO "buckets" VALUES(39,0);
INSERT INTO "buckets" VALUES(40,0);
INSERT INTO "buckets" VALUES(41,0);
INSERT INTO "buckets" VALUES(42,0);
INSERT INTO "buckets" VALUES(43,0);
INSERT INTO "buckets" VALUES(44,0);
INSERT INTO "buckets" VALUES(45,0);
INSERT INTO "buckets" VALUES(46,0);
INSERT INTO "buckets" VALUES(47,0);
INSERT INTO "buckets" VALUES(48,0);
INSERT INTO "buckets" VALUES(49,0);
INSERT INTO "buckets" VALUES(50,0);
INSERT INTO "buckets" VALUES(51,0);
INSERT INTO "buckets" VALUES(52,0);
INSERT INTO "buckets" VALUES(53,0);
INSERT INTO "buckets" VALUES(54,0);
INSERT INTO "buckets" VALUES(55,0);
INSERT INTO "buckets" VALUES(56,0);
INSERT INTO "buckets" VALUES(57,0);
INSERT INTO "buckets" VALUES(58,0);
INSERT INTO "buckets" VALUES(59,0);
INSERT INTO "buckets" VALUES(60,0);
INSERT INTO "buckets" VALUES(61,0);
INSERT INTO "buckets" VALUES(62,0);
INSERT INTO "buckets" VALUES(63,0);
CREATE TABLE counters (
	name TEXT NOT NULL, 
	value BIGINT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "counters" VALUES('catalogue',2);
INSERT INTO "counters" VALUES('item',2);
INSERT INTO "counters" VALUES('event',2);
INSERT INTO "counters" VALUES('person',1);
INSERT INTO "counters" VALUES('sealed',0);
INSERT INTO "counters" VALUES('encrypted',0);
CREATE TABLE events (
	seq INTEGER NOT NULL, 
	person BIGINT NOT NULL, 
	item BIGINT NOT NULL, 
	kind SMALLINT NOT NULL, 
	time BIGINT NOT NULL, 
	value FLOAT, 
	arrived BIGINT NOT NULL, 
	mark BIGINT NOT NULL, answer BLOB, place SMALLINT, cipher BLOB, 
	PRIMARY KEY (seq), 
	CONSTRAINT same_event UNIQUE (person, time, mark)
);
INSERT INTO "events" VALUES(1,1,1,9,1000,4.5,1795873753263,-2456382380626788390,NULL,NULL,NULL);
INSERT INTO "events" VALUES(2,1,2,2,2000,NULL,1795873753263,40114170977077585,NULL,NULL,NULL);
CREATE TABLE given (
	id BLOB NOT NULL, 
	person BIGINT NOT NULL, 
	seq BIGINT, 
	body BLOB NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "given" VALUES(X'84883F9E4FCE79301122B8A3E310009F',1,2,X'D37C884A8EA112669F4261AA0E559BB4');
CREATE TABLE item_media (
	item INTEGER NOT NULL, 
	place SMALLINT NOT NULL, 
	hash TEXT NOT NULL, 
	PRIMARY KEY (item, place)
)
 WITHOUT ROWID

;
INSERT INTO "item_media" VALUES(1,0,'abababababababababababababababababababababababababababababababab');
INSERT INTO "item_media" VALUES(1,1,'cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd');
CREATE TABLE items (
	seq INTEGER NOT NULL, 
	item_id TEXT NOT NULL, 
	title TEXT NOT NULL, 
	attributes TEXT NOT NULL, 
	hidden BOOLEAN NOT NULL, 
	deleted BOOLEAN NOT NULL, 
	changed BIGINT NOT NULL, 
	PRIMARY KEY (seq), 
	UNIQUE (item_id)
);
INSERT INTO "items" VALUES(1,'0001','Chair','{"price": 2.5}',0,0,2);
INSERT INTO "items" VALUES(2,'2','Table é','{}',0,0,1);
CREATE TABLE kinds (
	code SMALLINT NOT NULL, 
	name TEXT NOT NULL, 
	PRIMARY KEY (code), 
	UNIQUE (name)
);
INSERT INTO "kinds" VALUES(1,'view');
INSERT INTO "kinds" VALUES(2,'click');
INSERT INTO "kinds" VALUES(3,'like');
INSERT INTO "kinds" VALUES(4,'dislike');
INSERT INTO "kinds" VALUES(5,'save');
INSERT INTO "kinds" VALUES(6,'hide');
INSERT INTO "kinds" VALUES(7,'cart');
INSERT INTO "kinds" VALUES(8,'purchase');
INSERT INTO "kinds" VALUES(9,'rating');
INSERT INTO "kinds" VALUES(10,'watch');
INSERT INTO "kinds" VALUES(11,'share');
INSERT INTO "kinds" VALUES(12,'satisfaction');
INSERT INTO "kinds" VALUES(13,'review');
CREATE TABLE "media" (
	hash TEXT NOT NULL, 
	width INTEGER, 
	height INTEGER, 
	colour TEXT, 
	kind TEXT NOT NULL, 
	seconds FLOAT, 
	PRIMARY KEY (hash)
);
INSERT INTO "media" VALUES('abababababababababababababababababababababababababababababababab',30,40,'#ff0000','picture',NULL);
CREATE TABLE people (
	person INTEGER NOT NULL, 
	subject BLOB NOT NULL, 
	profiling BOOLEAN NOT NULL, purposes SMALLINT, 
	PRIMARY KEY (person), 
	UNIQUE (subject)
);
INSERT INTO "people" VALUES(1,X'47FD962B39CB984A521FB4BF84FA436C',1,NULL);
CREATE TABLE segments (
	first BIGINT NOT NULL, 
	last BIGINT NOT NULL, 
	bucket INTEGER NOT NULL, 
	file TEXT NOT NULL, 
	rows BIGINT NOT NULL, 
	sha256 TEXT NOT NULL, 
	PRIMARY KEY (first, bucket)
);
CREATE TABLE texts (
	seq INTEGER NOT NULL, 
	cipher BLOB NOT NULL, 
	PRIMARY KEY (seq)
);
CREATE INDEX ix_items_changed ON items (changed);
CREATE INDEX ix_given_person ON given (person);
CREATE INDEX ix_item_media_hash ON item_media (hash);
CREATE INDEX ix_answers_person ON answers (person);
CREATE INDEX ix_answers_time ON answers (time);
COMMIT;
