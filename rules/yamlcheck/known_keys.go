package yamlcheck

import "strings"

// entryKeys are the keys that dbt knows in an entry of a properties file, old
// spellings included. Kinds that are not here are not judged.
var entryKeys = map[string][]string{
	"model": words(`name description config columns data_tests tests constraints versions latest_version deprecation_date
		access group docs meta tags enabled time_spine identifier semantic_model derived_semantics metrics primary_entity
		agg_time_dimension freshness static_analysis_off_reason original_file_path yaml_key package_name patch_path`),
	"seed":     words(`name description config columns data_tests tests docs meta tags group enabled constraints static_analysis_off_reason`),
	"snapshot": words(`name description config columns data_tests tests docs meta tags group relation enabled static_analysis_off_reason`),
	"analysis": words(`name description config columns docs meta tags group data_tests tests static_analysis_off_reason`),
	"source": words(`name description config tables database schema catalog loader quoting freshness loaded_at_field
		loaded_at_query meta tags overrides enabled tests data_tests`),
	"table": words(`name description config columns identifier loader quoting freshness loaded_at_field loaded_at_query meta
		tags external data_tests tests enabled database schema`),
	"column": words(`name description config data_type data_tests tests quote meta tags constraints granularity dimension
		entity policy_tags databricks_tags column_mask include exclude type`),
	"version": words(`v defined_in config description columns data_tests tests access constraints deprecation_date docs meta
		tags group latest_version`),
}

// configKeys are configurations of dbt and of the adapters that are in use.
// An adapter may have more: a key is only judged when it is nearly one of these.
var configKeys = words(`
	access alias begin batch_size column_types concurrent_batches contract database docs enabled event_time freshness
	full_refresh grants group incremental_predicates incremental_strategy loaded_at_field loaded_at_query lookback
	materialized merge_exclude_columns merge_update_columns meta on_configuration_change on_schema_change packages
	persist_docs post-hook post_hook pre-hook pre_hook predicates quote_columns quoting schema sql_header
	static_analysis tags unique_key delimiter check_cols dbt_valid_to_current hard_deletes invalidate_hard_deletes
	snapshot_meta_column_names snapshot_table_column_names strategy target_database target_schema updated_at severity
	error_if warn_if fail_calc limit store_failures store_failures_as where description export_as latest_version
	time_spine materialization dialect project hidden label copy_partitions pre_clone state sync catalog
	catalog_name external_volume base_location_root base_location_subpath table_format table_type schema_origin

	cluster_by partition_by partitions labels labels_from_meta hours_to_expiration kms_key_name max_staleness
	require_partition_filter partition_expiration_days grant_access_to resource_tags enable_refresh
	refresh_interval_minutes time_ingestion_partitioning job_execution_timeout_seconds enable_change_history
	notebook_template_id dataproc_cluster_name batch_id timeout jar_file_uri submission_method compute_region
	intermediate_format enable_list_inference row_access_policy

	automatic_clustering copy_grants query_tag snowflake_warehouse secure transient tmp_relation_type target_lag
	refresh_mode initialize external_access_integrations secrets imports python_version use_anonymous_sproc
	table_tag scheduler immutable_where

	sort sort_type dist backup bind auto_refresh indexes unlogged clustered_by buckets file_format location_root
	location tblproperties liquid_clustered_by auto_liquid_cluster databricks_compute databricks_tags compression
	include_full_name_in_path merge_with_schema_evolution skip_matched_step skip_not_matched_step matched_condition
	not_matched_condition not_matched_by_source_action not_matched_by_source_condition source_alias target_alias
	use_safer_relation_operations create_notebook job_cluster_config cluster_id http_path index_url additional_libs
	python_job_config user_folder_for_python schedule incremental_apply_config_changes options format format_options

	engine order_by primary_key ttl settings query_settings sharding_key inserts_only projections codec
	materialization_target_table repopulate_from_mvs_on_full_refresh catchup refreshable distributed nested_loop
	connection_overrides fields layout lifetime source_type

	external_location partitioned_by bucketed_by bucket_count write_compression field_delimiter table_properties
	native_drop seed_by_insert force_batch unique_tmp_table_suffix temp_schema lf_tags_config lf_grants
	lf_inherited_tags lf_tags s3_data_dir s3_data_naming s3_tmp_table_dir versions_to_keep ha is_external
	delete_condition update_condition insert_condition partitions_limit properties on_table_exists view_security
	views_enabled custom_location iceberg_expire_snapshots

	as_columnstore distribution index heap cluster retain_history glue_register glue_database plugin parameters
	parquet_read_options json_read_options csv_read_options partition_columns sorted_by sort_by merge_clauses
	merge_insert_condition merge_on_using_columns merge_returning_columns merge_update_condition
	merge_update_set_expressions fast primary_index distributed_by keys refresh_method table_kind table_option
	with_statistics use_fastload segmented_by_string segmented_by_all_nodes no_segmentation ksafe
	partition_by_string partition_by_group_by_string partition_by_active_count schema_authorization
	object_storage_source object_storage_path twin_strategy localsort_by unique_constraint
`)

// mistaken are keys that people write for others which are spelt quite
// differently.
var mistaken = map[string]string{
	"unique_id": "unique_key", "uniquekey": "unique_key", "unique_keys": "unique_key",
	"materialised": "materialized", "materialization": "materialized", "materialize": "materialized",
	"incremental_stratergy": "incremental_strategy", "tag": "tags", "test": "tests", "column": "columns",
}

func words(text string) []string { return strings.Fields(text) }
