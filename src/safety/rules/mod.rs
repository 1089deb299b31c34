//! The catalogue: one rule a file, and this one list.

use super::rule::Rule;

mod add_check_copy;
mod add_column_domain_constraint;
mod add_column_generated_stored;
mod add_column_identity;
mod add_column_volatile_default;
mod add_exclusion_constraint;
mod add_foreign_key_blocking;
mod add_json_column;
mod add_primary_key_blocking;
mod add_required_column;
mod add_unique_blocking;
mod add_unique_data_dependent;
mod attach_partition_scan;
mod backfill_in_ddl_transaction;
mod backfill_in_one_statement;
mod ban_char_field;
mod change_column_type_dependents;
mod change_column_type_rewrite;
mod change_column_type_with_check;
mod change_column_type_with_not_null;
mod change_default;
mod check_violations;
mod collation_change_reindex;
mod constraint_missing_not_valid;
mod convert_charset;
mod domain_with_constraint;
mod drop_column;
mod drop_database;
mod drop_default;
mod drop_not_null;
mod drop_partition;
mod drop_primary_key_copy;
mod drop_routine;
mod drop_schema;
mod drop_sequence;
mod drop_table;
mod drop_table_with_fks;
mod drop_view;
mod enum_set_copy;
mod enum_value_ordering;
mod extension_drop;
mod extension_version_change;
mod fk_missing_index;
mod fk_orphans;
mod fk_type_mismatch;
mod foreign_key_drop;
mod fulltext_spatial_index_blocking;
mod function_signature_change;
mod hash_index;
mod identifier_too_long;
mod implicit_zero_fill;
mod index_build_load;
mod index_corruption_version;
mod index_dropped_performance;
mod invalid_index_present;
mod irreversible_step;
mod multiple_alters_same_table;
mod multiple_fks_one_migration;
mod mysql_algorithm_copy;
mod mysql_missing_algorithm;
mod narrow_type_data_dependent;
mod new_check_breaks_writers;
mod new_enum_type;
mod new_unique_breaks_writers;
mod not_valid_constraint_left;
mod partition_of_locks_parent;
mod policy_change;
mod prefer_bigint;
mod prefer_identity;
mod prefer_repack;
mod prefer_text_field;
mod prefer_timestamptz;
mod privilege_change;
mod raw_sql_unchecked;
mod redundant_index;
mod remove_enum_value;
mod rename_column;
mod rename_enum_value;
mod rename_schema;
mod rename_table;
mod replace_index_order;
mod replica_identity_change;
mod require_concurrent_index_creation;
mod require_concurrent_index_deletion;
mod require_concurrent_partition_detach;
mod require_concurrent_reindex;
mod reserved_word_identifier;
mod rewrite_under_dangerous_lock;
mod rls_change;
mod select_star_plan_cache;
mod set_not_null_data_dependent;
mod set_not_null_scan;
mod sqlite_rebuild_required;
mod statement_after_ael;
mod suspected_rename;
mod table_without_primary_key;
mod truncate;
mod truncate_cascade;
mod unbounded_dml;
mod untold_loss;
mod untrackable_dependencies;
mod use_of_cascade;
mod validate_in_same_transaction;
mod varchar_length_class_change;
mod view_column_change;
mod wide_non_unique_index;

/// Every rule, by name.
pub static RULES: &[&Rule] = &[
    &add_check_copy::RULE,
    &add_column_domain_constraint::RULE,
    &add_column_generated_stored::RULE,
    &add_column_identity::RULE,
    &add_column_volatile_default::RULE,
    &add_exclusion_constraint::RULE,
    &add_foreign_key_blocking::RULE,
    &add_json_column::RULE,
    &add_primary_key_blocking::RULE,
    &add_required_column::RULE,
    &add_unique_blocking::RULE,
    &add_unique_data_dependent::RULE,
    &attach_partition_scan::RULE,
    &backfill_in_ddl_transaction::RULE,
    &backfill_in_one_statement::RULE,
    &ban_char_field::RULE,
    &change_column_type_dependents::RULE,
    &change_column_type_rewrite::RULE,
    &change_column_type_with_check::RULE,
    &change_column_type_with_not_null::RULE,
    &change_default::RULE,
    &check_violations::RULE,
    &collation_change_reindex::RULE,
    &constraint_missing_not_valid::RULE,
    &convert_charset::RULE,
    &domain_with_constraint::RULE,
    &drop_column::RULE,
    &drop_database::RULE,
    &drop_default::RULE,
    &drop_not_null::RULE,
    &drop_partition::RULE,
    &drop_primary_key_copy::RULE,
    &drop_routine::RULE,
    &drop_schema::RULE,
    &drop_sequence::RULE,
    &drop_table::RULE,
    &drop_table_with_fks::RULE,
    &drop_view::RULE,
    &enum_set_copy::RULE,
    &enum_value_ordering::RULE,
    &extension_drop::RULE,
    &extension_version_change::RULE,
    &fk_missing_index::RULE,
    &fk_orphans::RULE,
    &fk_type_mismatch::RULE,
    &foreign_key_drop::RULE,
    &fulltext_spatial_index_blocking::RULE,
    &function_signature_change::RULE,
    &hash_index::RULE,
    &identifier_too_long::RULE,
    &implicit_zero_fill::RULE,
    &index_build_load::RULE,
    &index_corruption_version::RULE,
    &index_dropped_performance::RULE,
    &invalid_index_present::RULE,
    &irreversible_step::RULE,
    &multiple_alters_same_table::RULE,
    &multiple_fks_one_migration::RULE,
    &mysql_algorithm_copy::RULE,
    &mysql_missing_algorithm::RULE,
    &narrow_type_data_dependent::RULE,
    &new_check_breaks_writers::RULE,
    &new_enum_type::RULE,
    &new_unique_breaks_writers::RULE,
    &not_valid_constraint_left::RULE,
    &partition_of_locks_parent::RULE,
    &policy_change::RULE,
    &prefer_bigint::RULE,
    &prefer_identity::RULE,
    &prefer_repack::RULE,
    &prefer_text_field::RULE,
    &prefer_timestamptz::RULE,
    &privilege_change::RULE,
    &raw_sql_unchecked::RULE,
    &redundant_index::RULE,
    &remove_enum_value::RULE,
    &rename_column::RULE,
    &rename_enum_value::RULE,
    &rename_schema::RULE,
    &rename_table::RULE,
    &replace_index_order::RULE,
    &replica_identity_change::RULE,
    &require_concurrent_index_creation::RULE,
    &require_concurrent_index_deletion::RULE,
    &require_concurrent_partition_detach::RULE,
    &require_concurrent_reindex::RULE,
    &reserved_word_identifier::RULE,
    &rewrite_under_dangerous_lock::RULE,
    &rls_change::RULE,
    &select_star_plan_cache::RULE,
    &set_not_null_data_dependent::RULE,
    &set_not_null_scan::RULE,
    &sqlite_rebuild_required::RULE,
    &statement_after_ael::RULE,
    &suspected_rename::RULE,
    &table_without_primary_key::RULE,
    &truncate::RULE,
    &truncate_cascade::RULE,
    &unbounded_dml::RULE,
    &untold_loss::RULE,
    &untrackable_dependencies::RULE,
    &use_of_cascade::RULE,
    &validate_in_same_transaction::RULE,
    &varchar_length_class_change::RULE,
    &view_column_change::RULE,
    &wide_non_unique_index::RULE,
];

/// Whether a rule tells what no other one has told of: those come last.
pub(super) fn tells_the_rest(rule: &Rule) -> bool {
    [untold_loss::RULE.id, mysql_algorithm_copy::RULE.id].contains(&rule.id)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::RULES;

    #[test]
    fn every_file_is_in_the_list_under_its_own_name() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/safety/rules");
        let files: BTreeSet<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().replace('_', "-"))
            .filter(|name| name != "mod")
            .collect();
        let rules: Vec<String> = RULES.iter().map(|rule| rule.id.to_owned()).collect();
        assert!(rules.is_sorted(), "the list is in the order of names");
        assert_eq!(files, rules.into_iter().collect());
    }

    #[test]
    fn every_rule_says_the_problem_and_the_way_out() {
        for rule in RULES {
            for text in [rule.problem, rule.solution] {
                assert!(text.ends_with('.') && text.len() > 20, "{}: {text}", rule.id);
                assert!(!text.contains("  "), "{}: {text}", rule.id);
            }
            assert!(crate::safety::explain(rule.id).is_some_and(|text| text.contains(rule.problem)));
        }
    }
}
