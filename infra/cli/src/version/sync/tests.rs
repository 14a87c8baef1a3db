//! Tables in a real PostgreSQL, after runs through all stages.

use std::collections::BTreeMap;

use onefold_lake::calls::EraseRequest;
use onefold_lake::keys;
use onefold_tests::case::{BY_EMAIL, source};
use onefold_tests::pipeline::{Knobs, Pipeline};
use onefold_tests::postgres::Database;
use onefold_tests::version::Version;
use serde_json::Value;

use super::*;
use crate::error::describe;

/// The server's superuser, as a URL has it.
const OWNER: (&str, &str) = ("owner", "owner%27s");

/// Runs, and a database that follows them.
struct Followed {
    pipeline: Pipeline,
    database: Database,
    files: u32,
}

impl Followed {
    fn new() -> Self {
        let pipeline =
            Pipeline::of(&format!("{}{BY_EMAIL}max_customer_drop_ratio = 1.0\n", source("crm", "jsonl", "")));
        Self { pipeline, database: Database::new(), files: 0 }
    }

    /// Drops a file of rows `id email note` and runs.
    fn run(&mut self, rows: &[(u32, &str, &str)]) {
        let row = |(id, email, note): &(u32, &str, &str)| {
            serde_json::json!({"id": id, "email": email, "note": note}).to_string() + "\n"
        };
        self.files += 1;
        self.pipeline.drop_file("crm", &format!("{:03}.jsonl", self.files), rows.iter().map(row).collect::<String>());
        self.pipeline.run(&Knobs::default()).unwrap();
    }

    fn sync_as(&self, (user, password): (&str, &str)) -> Result<SyncDocument, String> {
        let store: Arc<dyn Store> = self.pipeline.store.clone();
        let target = self.database.secret_of(user, password);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let synced = runtime.block_on(async {
            let tables = Tables::new("Of customers", "customers", "accounts")?;
            let mut connection = PostgresConnection::open(DESCRIBED, &target, None).await.map_err(Error::Stage)?;
            let synced = sync(&mut connection.client, &store, None, &tables).await;
            connection.close().await;
            synced
        });
        synced.map_err(|error| describe(&error))
    }

    /// Syncs, and checks that the tables are the current version. Returns the steps: `changes`, or why all was loaded.
    #[track_caller]
    fn sync(&self) -> Vec<String> {
        let document = self.sync_as(OWNER).unwrap();
        self.check(&document);
        document.steps.into_iter().map(|step| step.why.unwrap_or_else(|| "changes".to_owned())).collect()
    }

    #[track_caller]
    fn check(&self, document: &SyncDocument) {
        let version = Version::current(&self.pipeline);
        assert_eq!(document.run, version.manifest.run);
        let records: BTreeMap<String, Value> = serde_json::from_str(&self.database.text(
            "SELECT coalesce(jsonb_object_agg(customer_id, record), '{}')::text FROM \"Of customers\".customers",
        ))
        .unwrap();
        assert_eq!(records, version.customers);
        let accounts: BTreeMap<String, String> = serde_json::from_str(&self.database.text(
            "SELECT coalesce(jsonb_object_agg(account, customer_id), '{}')::text FROM \"Of customers\".accounts",
        ))
        .unwrap();
        assert_eq!(accounts, version.members);
        let state = self.database.text("SELECT run FROM \"Of customers\".sync_state");
        assert_eq!(state, version.manifest.run.as_str());
    }
}

#[test]
fn tables_follow_the_feed_from_version_to_version() {
    let mut followed = Followed::new();
    followed.run(&[(1, "a@x.de", "A"), (2, "b@x.de", "B\t\\n\"ä"), (3, "c@x.de", ""), (4, "c@x.de", "")]);
    assert_eq!(followed.sync(), ["the tables were empty"]);
    assert_eq!(followed.sync(), [""; 0], "nothing is new");

    // Two customers become one, one changes, one divides, one is new.
    followed.run(&[(1, "b@x.de", "A"), (3, "d@x.de", "changed"), (5, "e@x.de", "new")]);
    followed.run(&[(6, "e@x.de", "")]);
    assert_eq!(followed.sync(), ["changes", "changes"], "a transaction a version");
    let columns = followed.database.text(
        "SELECT concat_ws('|', email, accounts, updated_at IS NULL, given_name IS NULL) FROM \"Of customers\".customers \
         WHERE email = 'e@x.de'",
    );
    assert_eq!(columns, "e@x.de|2|t|t");
}

/// Views of users stay, whatever a sync does.
#[test]
fn the_view_of_the_manual_is_a_crosswalk() {
    let mut followed = Followed::new();
    followed.run(&[(1, "a@x.de", "A")]);
    followed.sync();
    let page = onefold_tests::manual::page("infra/manual/sync.md");
    let blocks = page.blocks();
    let view = blocks.iter().find(|block| block.text.starts_with("CREATE VIEW")).expect("the view");
    followed.database.execute(&view.text.replace("onefold.", "\"Of customers\"."));
    followed.run(&[(2, "a@x.de", "A")]);
    followed.sync();
    let select = "SELECT string_agg(concat_ws(' ', account, source, account_id), ', ' ORDER BY account) FROM \"Of customers\".crosswalk";
    assert_eq!(followed.database.text(select), "crm:1 crm 1, crm:2 crm 2");
}

#[test]
fn a_rollback_a_gap_and_a_foreign_hand_are_put_right() {
    let mut followed = Followed::new();
    followed.run(&[(1, "a@x.de", "A"), (2, "b@x.de", "B")]);
    followed.run(&[(3, "c@x.de", "C"), (1, "b@x.de", "A")]);
    followed.sync();
    followed.pipeline.roll_back(None).unwrap();
    let steps = followed.sync();
    assert!(steps.len() == 1 && steps[0].contains("did not come from the version of"), "{steps:?}");

    followed.run(&[(4, "d@x.de", "D")]);
    let between = Version::current(&followed.pipeline).manifest.run;
    followed.run(&[(5, "e@x.de", "E")]);
    followed.pipeline.remove(&[keys::manifest(&between)]);
    let steps = followed.sync();
    assert!(steps.len() == 1 && steps[0].contains("is not kept"), "{steps:?}");

    followed.database.execute("DELETE FROM \"Of customers\".accounts WHERE account = 'crm:5'");
    followed.run(&[(6, "f@x.de", "F")]);
    assert_eq!(followed.sync(), ["somebody changed the tables"]);
}

#[test]
fn who_was_erased_is_in_no_table() {
    let mut followed = Followed::new();
    followed.run(&[(1, "a@x.de", "A"), (2, "b@x.de", "B")]);
    followed.sync();
    let request = EraseRequest {
        references: vec!["crm:1".to_owned()],
        emails: Vec::new(),
        phone_numbers: Vec::new(),
        dry_run: false,
        cursor: None,
    };
    followed.pipeline.erase(request).unwrap();
    followed.pipeline.run(&Knobs::default()).unwrap();
    followed.sync();
    let left = "SELECT count(*)::text FROM \"Of customers\".customers WHERE record::text LIKE '%a@x.de%'";
    assert_eq!(followed.database.text(left), "0");
}

#[test]
fn a_sync_that_was_interrupted_goes_on_where_it_was() {
    let mut followed = Followed::new();
    followed.run(&[(1, "a@x.de", "A")]);
    followed.sync();
    followed.run(&[(2, "b@x.de", "B")]);
    let second = Version::current(&followed.pipeline).manifest.run;
    followed.run(&[(3, "bad@x.de", "C")]);
    followed.database.execute("ALTER TABLE \"Of customers\".customers ADD CHECK (email <> 'bad@x.de')");
    let error = followed.sync_as(OWNER).unwrap_err();
    assert!(error.contains("SQLSTATE 23514") && !error.contains("bad@x.de"), "{error}");
    let state = followed.database.text("SELECT run FROM \"Of customers\".sync_state");
    assert_eq!(state, second.as_str(), "what is done is done");
    followed.database.execute("ALTER TABLE \"Of customers\".customers DROP CONSTRAINT customers_email_check");
    assert_eq!(followed.sync(), ["changes"]);
}

#[test]
fn two_syncs_of_the_same_tables_do_not_meet() {
    let mut followed = Followed::new();
    followed.run(&[(1, "a@x.de", "A")]);
    let lock = "hashtextextended('onefold sync \"Of customers\".\"customers\"', 0)";
    followed.database.execute(&format!("SELECT pg_advisory_lock({lock})"));
    let error = followed.sync_as(OWNER).unwrap_err();
    assert!(error.contains("another sync of \"Of customers\".\"customers\" is under way"), "{error}");
    followed.database.execute(&format!("SELECT pg_advisory_unlock({lock})"));
    followed.sync();
}

#[test]
fn who_may_not_write_is_told_what_is_missing() {
    let mut followed = Followed::new();
    followed.run(&[(1, "a@x.de", "A")]);
    let reader = (onefold_tests::postgres::READER, "re%40der%3A%2F%3F%23");
    let error = followed.sync_as(reader).unwrap_err();
    assert!(error.contains("SQLSTATE 42501: permission denied for database"), "{error}");
    let error = followed.sync_as((OWNER.0, "wrong")).unwrap_err();
    assert!(error.contains("mend the database's address") && !error.contains("wrong"), "{error}");
}

#[test]
fn the_database_must_be_named() {
    assert_eq!(target(Some("given"), Some("other".to_owned())).unwrap(), "given");
    assert_eq!(target(None, Some("other".to_owned())).unwrap(), "other");
    assert!(target(None, None).unwrap_err().to_string().contains("or in ONEFOLD_DATABASE"));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(6))]

    /// Accounts come, move and change in any order, and a sync comes now and then.
    #[test]
    fn tables_are_the_version_after_any_history(
        runs in proptest::collection::vec((proptest::collection::vec((0u32..8, 0u32..4, 0u32..3), 1..6), proptest::prelude::any::<bool>()), 2..5)
    ) {
        let mut followed = Followed::new();
        for (rows, is_followed) in runs {
            let rows: Vec<(u32, String, String)> =
                rows.iter().map(|(id, email, note)| (*id, format!("{email}@x.de"), note.to_string())).collect();
            let rows: Vec<(u32, &str, &str)> =
                rows.iter().map(|(id, email, note)| (*id, email.as_str(), note.as_str())).collect();
            followed.run(&rows);
            if is_followed {
                followed.sync();
            }
        }
        followed.sync();
    }
}
