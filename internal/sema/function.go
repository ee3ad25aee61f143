package sema

import "strings"

// aggregate describes an aggregate function.
type aggregate struct {
	// additive: a repeated row changes the result (sum, count, avg).
	additive bool
	// pick: the result is one of the argument's values (min, max, any_value).
	pick bool
	// neverNull: the result is not NULL even over no rows (count).
	neverNull bool
}

// aggregates are the aggregate functions of the dialects, by lower-case name.
// A function that is not listed is taken for a scalar one; the lists are from
// the engines' references.
var aggregates = map[string]aggregate{
	"count": {additive: true, neverNull: true}, "count_if": {additive: true, neverNull: true},
	"countif": {additive: true, neverNull: true}, "count_big": {additive: true, neverNull: true},
	"sum": {additive: true}, "sumif": {additive: true}, "total": {additive: true}, "avg": {additive: true}, "mean": {additive: true},
	"avgif": {additive: true}, "sum0": {additive: true}, "fsum": {additive: true}, "try_sum": {additive: true}, "try_avg": {additive: true},
	"stddev": {additive: true}, "stddev_pop": {additive: true}, "stddev_samp": {additive: true}, "stdev": {additive: true},
	"variance": {additive: true}, "var_pop": {additive: true}, "var_samp": {additive: true}, "variance_pop": {additive: true},
	"corr": {additive: true}, "covar_pop": {additive: true}, "covar_samp": {additive: true}, "regr_slope": {additive: true},
	"regr_intercept": {additive: true}, "regr_count": {additive: true}, "regr_r2": {additive: true}, "skewness": {additive: true}, "kurtosis": {additive: true},
	"median": {additive: true}, "mode": {additive: true}, "percentile_cont": {additive: true}, "percentile_disc": {additive: true},
	"approx_percentile": {additive: true}, "approx_quantiles": {additive: true}, "quantile": {additive: true}, "quantile_cont": {additive: true}, "quantile_disc": {additive: true}, "percentile": {additive: true}, "percentile_approx": {additive: true},
	"array_agg": {additive: true}, "string_agg": {additive: true}, "listagg": {additive: true}, "group_concat": {additive: true},
	"list": {additive: true}, "collect_list": {additive: true}, "grouparray": {additive: true}, "array_concat_agg": {additive: true},
	"json_agg": {additive: true}, "jsonb_agg": {additive: true}, "json_arrayagg": {additive: true}, "xmlagg": {additive: true}, "json_group_array": {additive: true},
	"product": {additive: true}, "geometric_mean": {additive: true}, "histogram": {additive: true}, "numeric_histogram": {additive: true}, "wm_concat": {additive: true},
	"object_agg": {}, "json_object_agg": {}, "jsonb_object_agg": {}, "map_agg": {}, "json_objectagg": {}, "map_union": {}, "multimap_agg": {}, "map_from_entries_agg": {}, "json_group_object": {},
	"min": {pick: true}, "max": {pick: true}, "any_value": {pick: true}, "anylast": {pick: true}, "any": {pick: true}, "arbitrary": {pick: true},
	"first": {pick: true}, "last": {pick: true}, "min_by": {pick: true}, "max_by": {pick: true}, "arg_min": {pick: true}, "arg_max": {pick: true}, "argmin": {pick: true}, "argmax": {pick: true},
	"minif": {pick: true}, "maxif": {pick: true}, "first_value_agg": {pick: true}, "anyvalue": {pick: true}, "argminif": {pick: true}, "argmaxif": {pick: true},
	"bool_and": {}, "bool_or": {}, "logical_and": {}, "logical_or": {}, "booland_agg": {}, "boolor_agg": {}, "boolxor_agg": {}, "every": {}, "some": {},
	"bit_and": {}, "bit_or": {}, "bit_xor": {additive: true}, "bitand_agg": {}, "bitor_agg": {},
	"approx_count_distinct": {neverNull: true}, "approx_distinct": {neverNull: true}, "uniq": {neverNull: true}, "uniqexact": {neverNull: true}, "hll": {neverNull: true}, "uniqcombined": {neverNull: true},
	"array_unique_agg": {}, "collect_set": {}, "set_agg": {}, "groupuniqarray": {}, "hll_accumulate": {}, "hll_combine": {}, "bitmap_construct_agg": {}, "approx_top_k": {additive: true}, "approx_top_count": {additive: true}, "approx_set": {}, "merge": {},
	"grouping": {neverNull: true}, "grouping_id": {neverNull: true}, "st_union_agg": {}, "checksum": {additive: true}, "entropy": {additive: true},
}

// volatiles give another value at each call.
var volatiles = words(`random rand uuid gen_random_uuid uuid_string generate_uuid newid uniform randn seq1 seq2 seq4 seq8
	nextval rand_cauchy uuid_generate_v4 generateuuidv4 rand32 rand64 randstr monotonically_increasing_id row_id zipf normal clock_timestamp`)

// stables give one value in one query.
var stables = words(`current_date current_timestamp current_time now sysdate getdate localtimestamp localtime current_datetime
	systimestamp sysdatetime getutcdate today yesterday current_user session_user current_database current_schema current_role
	current_warehouse current_account utc_timestamp unix_timestamp_now current_catalog statement_timestamp transaction_timestamp`)

// strictFuncs give NULL as soon as one argument is NULL. The list holds what is
// so in every engine we read; concat, greatest and least are not among them.
var strictFuncs = words(`lower upper trim ltrim rtrim btrim abs round floor ceil ceiling sqrt exp ln log log10 power pow mod sign
	length len char_length character_length date datetime timestamp to_date to_timestamp try_to_date try_to_timestamp date_trunc datetrunc trunc
	timestamp_trunc datetime_trunc dateadd date_add date_sub timestamp_add timestamp_sub datetime_add datetime_sub datediff date_diff timestamp_diff datetime_diff
	date_part datepart extract year month day week quarter hour minute second dayofweek dayofyear last_day to_char substr substring left right replace
	split_part regexp_replace regexp_substr regexp_extract regexp_like initcap reverse md5 sha1 sha2 sha256 sha512 cast try_cast safe_cast convert
	strftime strptime try_strptime date_format parse_date parse_timestamp format_date format_timestamp convert_timezone from_unixtime unix_timestamp to_unixtime
	charindex position strpos instr starts_with startswith endswith ends_with contains json_extract_scalar json_value get_json_object to_number to_decimal to_varchar
	add_months months_between next_day weekofyear day_of_week day_of_year day_of_month from_iso8601_timestamp epoch epoch_ms farm_fingerprint to_hex from_hex unhex hex not
	todate todatetime tostartofmonth tostartofweek tostartofday tostartofhour toyear tomonth tointervalday date_from_unix_date unix_seconds unix_millis nullif`)

// monotone functions keep the order of one argument and lose information.
var monotoneFuncs = words(`date_trunc datetrunc trunc date timestamp_trunc datetime_trunc to_date last_day year floor ceil ceiling
	tostartofmonth tostartofweek tostartofday tostartofhour todate tostartofyear tostartofquarter time_bucket`)

// hashFuncs are injective but for collisions.
var hashFuncs = words(`md5 sha1 sha2 sha256 sha512 farm_fingerprint hash xxhash64 xxhash md5_number_lower64 md5_number_upper64 to_hex hex md5_hex sha1_hex sha2_hex siphash64 cityhash64 sha md5_binary md5_number to_base64`)

// elementFuncs turn one row into one row per element in FROM or in a select list.
var elementFuncs = words(`unnest flatten explode explode_outer posexplode posexplode_outer inline inline_outer generate_series
	generate_array generate_date_array generate_timestamp_array sequence split_to_table json_each json_array_elements jsonb_array_elements
	json_array_elements_text jsonb_array_elements_text jsonb_each json_each_text jsonb_each_text json_table openjson string_split range arrayjoin stack regexp_split_to_table strtok_split_to_table json_tree generator`)

// rankFuncs number or rank rows.
var rankFuncs = words(`row_number rank dense_rank ntile percent_rank cume_dist`)

// units are words that stand for a unit, never for a column, as an argument of
// the date functions.
var units = words(`year years quarter quarters month months week weeks day days hour hours minute minutes second seconds millisecond milliseconds
	microsecond microseconds nanosecond nanoseconds isoweek isoyear dayofweek dayofyear dow doy epoch yy yyyy mm dd hh mi ss ms us ns y q m w d h s date time weekday
	week_day weekiso yearofweek yearofweekiso epoch_second epoch_seconds decade century millennium timezone timezone_hour timezone_minute wk qtr iso dy qq ww dw isodow yearmonth`)

// unitFuncs take a unit as one of their arguments.
var unitFuncs = words(`dateadd date_add date_sub datediff date_diff timestampadd timestampdiff timestamp_add timestamp_sub timestamp_diff
	datetime_add datetime_sub datetime_diff timestamp_trunc datetime_trunc trunc extract date_part datepart last_day time_slice
	datename datebucket date_bucket time_add time_sub time_diff time_trunc dateadd_ms age next_day previous_day datesub timestampsub`)

func words(text string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(text) {
		m[w] = true
	}
	return m
}
