//! What must hold for all data: the invariants, checked on random small data sets through the real stages.

mod agrees_with_oracle;
mod bad_input;
mod change_feed;
mod corrections;
mod counts;
mod customer_ids;
mod data;
mod deletions;
mod erasure;
mod explain;
mod gate;
mod histories;
mod history;
mod http_deletions;
mod http_source;
mod kills;
mod match_rules;
mod new_rules;
mod normalisers;
mod other_tools;
mod privacy;
mod skipped;
mod survivorship;
mod way_of_running;
