import Testing

import Columnar
import Engine

/// Arrays, maps, structs and functions of functions, with the answers of PySpark 4.0 (ANSI mode off).
@Suite struct NestedFunctionTests {
    static let cases = SparkTable.cases(
        ##"""
        array(1, 2, 3) ==> array<int> ==> [1, 2, 3] [1, 2, 3] [1, 2, 3] [1, 2, 3] [1, 2, 3]
        array(i, l) ==> array<bigint> ==> [1, 10] [2, 20] [null, null] [-7, -5] [2147483647, 9223372036854775807]
        array(i, d) ==> array<double> ==> [1.0, 1.5] [2.0, -0.0] [null, null] [-7.0, NaN] [2147483647.0, 1e+300]
        array(1, 'a') ==> array<string> ==> ["1", "a"] ["1", "a"] ["1", "a"] ["1", "a"] ["1", "a"]
        array() ==> array<void> ==> [] [] [] [] []
        array(null, 1) ==> array<int> ==> [null, 1] [null, 1] [null, 1] [null, 1] [null, 1]
        array_append(xs, 9) ==> array<int> ==> [1, 2, 3, 9] [9] null [null, 3, null, 1, 3, 9] [5, 9]
        array_append(xs, null) ==> array<int> ==> [1, 2, 3, null] [null] null [null, 3, null, 1, 3, null] [5, null]
        array_append(xs, i) ==> array<int> ==> [1, 2, 3, 1] [2] null [null, 3, null, 1, 3, -7] [5, 2147483647]
        array_append(ss, 'z') ==> array<string> ==> ["b", "a", "c", "z"] ["z"] null [null, "", "x", "z"] ["é", "z"]
        array_append(xs, 9L) ==> array<bigint> ==> [1, 2, 3, 9] [9] null [null, 3, null, 1, 3, 9] [5, 9]
        array_prepend(xs, 9) ==> array<int> ==> [9, 1, 2, 3] [9] null [9, null, 3, null, 1, 3] [9, 5]
        array_prepend(ys, i) ==> array<int> ==> [1, 3, 4] [2, 1] null [-7, null, 7] [2147483647]
        array_insert(xs, 1, 9) ==> array<int> ==> [9, 1, 2, 3] [9] null [9, null, 3, null, 1, 3] [9, 5]
        array_insert(xs, 2, 9) ==> array<int> ==> [1, 9, 2, 3] [null, 9] null [null, 9, 3, null, 1, 3] [5, 9]
        array_insert(xs, 5, 9) ==> array<int> ==> [1, 2, 3, null, 9] [null, null, null, null, 9] null [null, 3, null, 1, 9, 3] [5, null, null, null, 9]
        array_insert(xs, -1, 9) ==> array<int> ==> [1, 2, 3, 9] [9] null [null, 3, null, 1, 3, 9] [5, 9]
        array_insert(xs, -2, 9) ==> array<int> ==> [1, 2, 9, 3] [9, null] null [null, 3, null, 1, 9, 3] [9, 5]
        array_insert(xs, -6, 9) ==> array<int> ==> [9, null, null, 1, 2, 3] [9, null, null, null, null, null] null [9, null, 3, null, 1, 3] [9, null, null, null, null, 5]
        array_insert(xs, id, i) ==> array<int> ==> [1, 1, 2, 3] [null, 2] null [null, 3, null, -7, 1, 3] [5, null, null, null, 2147483647]
        array_remove(xs, 3) ==> array<int> ==> [1, 2] [] null [null, null, 1] [5]
        array_remove(xs, i) ==> array<int> ==> [2, 3] [] null [null, 3, null, 1, 3] [5]
        array_remove(ss, 'a') ==> array<string> ==> ["b", "c"] [] null [null, "", "x"] ["é"]
        array_remove(ds, double('NaN')) ==> array<double> ==> [0.0, -0.0] [] null [2.5, null, -1.0] [1.0]
        array_remove(ds, 0.0D) ==> array<double> ==> [NaN, NaN] [] null [2.5, null, -1.0] [1.0]
        array_compact(xs) ==> array<int> ==> [1, 2, 3] [] null [3, 1, 3] [5]
        array_compact(ss) ==> array<string> ==> ["b", "a", "c"] [] null ["", "x"] ["é"]
        array_compact(nested) ==> array<array<int>> ==> [[1], [2, 3]] [] null [[null]] [[]]
        array_contains(xs, 3) ==> boolean ==> true false null true false
        array_contains(xs, 7) ==> boolean ==> false false null null false
        array_contains(xs, i) ==> boolean ==> true false null null false
        array_contains(ss, 'a') ==> boolean ==> true false null null false
        array_contains(ds, double('NaN')) ==> boolean ==> true false null null false
        array_contains(ds, -0.0D) ==> boolean ==> true false null null false
        array_contains(nested, array(1)) ==> boolean ==> true false null null false
        array_contains(xs, 3L) ==> boolean ==> true false null true false
        array_contains(xs, 3.0D) ==> boolean ==> true false null true false
        array_distinct(xs) ==> array<int> ==> [1, 2, 3] [] null [null, 3, 1] [5]
        array_distinct(ds) ==> array<double> ==> [NaN, 0.0, -0.0] [] null [2.5, null, -1.0] [1.0]
        array_distinct(ss) ==> array<string> ==> ["b", "a", "c"] [] null [null, "", "x"] ["é"]
        array_distinct(nested) ==> array<array<int>> ==> [[1], [2, 3]] [] null [null, [null]] [[]]
        array_except(xs, ys) ==> array<int> ==> [1, 2] [] null [3, 1] [5]
        array_except(ys, xs) ==> array<int> ==> [4] [1] null [7] []
        array_except(ds, array(0.0D)) ==> array<double> ==> [NaN, -0.0] [] null [2.5, null, -1.0] [1.0]
        array_intersect(xs, ys) ==> array<int> ==> [3] [] null [null] []
        array_intersect(xs, array(null, 1)) ==> array<int> ==> [1] [] null [null, 1] []
        array_union(xs, ys) ==> array<int> ==> [1, 2, 3, 4] [1] null [null, 3, 1, 7] [5]
        array_union(ss, array('a', null)) ==> array<string> ==> ["b", "a", "c", null] ["a", null] null [null, "", "x", "a"] ["é", "a", null]
        array_join(ss, ',') ==> string ==> "b,a,c" "" null ",x" "é"
        array_join(ss, ',', 'NULL') ==> string ==> "b,a,c" "" null "NULL,,x" "é"
        array_join(xs, '-') ==> string ==> "1-2-3" "" null "3-1-3" "5"
        array_join(xs, '') ==> string ==> "123" "" null "313" "5"
        array_join(ss, s) ==> string ==> "babcaabcc" "" null "Zürichx" "é"
        array_max(xs) ==> int ==> 3 null null 3 5
        array_min(xs) ==> int ==> 1 null null 1 5
        array_max(ds) ==> double ==> NaN null null 2.5 1.0
        array_min(ds) ==> double ==> 0.0 null null -1.0 1.0
        array_max(ss) ==> string ==> "c" null null "x" "é"
        array_max(nested) ==> array<int> ==> [2, 3] null null [null] []
        array_position(xs, 3) ==> bigint ==> 3 0 null 2 0
        array_position(xs, i) ==> bigint ==> 1 0 null 0 0
        array_position(ss, 'zz') ==> bigint ==> 0 0 null 0 0
        array_repeat('x', 3) ==> array<string> ==> ["x", "x", "x"] ["x", "x", "x"] ["x", "x", "x"] ["x", "x", "x"] ["x", "x", "x"]
        array_repeat(i, 2) ==> array<int> ==> [1, 1] [2, 2] [null, null] [-7, -7] [2147483647, 2147483647]
        array_repeat(s, id) ==> array<string> ==> ["abc"] ["", ""] [null, null, null] ["Zürich", "Zürich", "Zürich", "Zürich"] ["a,b", "a,b", "a,b", "a,b", "a,b"]
        array_repeat(xs, 2) ==> array<array<int>> ==> [[1, 2, 3], [1, 2, 3]] [[], []] [null, null] [[null, 3, null, 1, 3], [null, 3, null, 1, 3]] [[5], [5]]
        array_repeat('x', -1) ==> array<string> ==> [] [] [] [] []
        array_size(xs) ==> int ==> 3 0 null 5 1
        array_size(nested) ==> int ==> 2 0 null 2 1
        size(xs) ==> int ==> 3 0 -1 5 1
        size(m) ==> int ==> 2 0 -1 1 1
        cardinality(ss) ==> int ==> 3 0 -1 3 1
        array_sort(xs) ==> array<int> ==> [1, 2, 3] [] null [1, 3, 3, null, null] [5]
        array_sort(ds) ==> array<double> ==> [0.0, -0.0, NaN, NaN] [] null [-1.0, 2.5, null] [1.0]
        array_sort(ss) ==> array<string> ==> ["a", "b", "c"] [] null ["", "x", null] ["é"]
        array_sort(nested) ==> array<array<int>> ==> [[1], [2, 3]] [] null [[null], null] [[]]
        sort_array(xs) ==> array<int> ==> [1, 2, 3] [] null [null, null, 1, 3, 3] [5]
        sort_array(xs, false) ==> array<int> ==> [3, 2, 1] [] null [3, 3, 1, null, null] [5]
        sort_array(ds) ==> array<double> ==> [0.0, -0.0, NaN, NaN] [] null [null, -1.0, 2.5] [1.0]
        sort_array(ds, false) ==> array<double> ==> [NaN, NaN, 0.0, -0.0] [] null [2.5, -1.0, null] [1.0]
        sort_array(ss) ==> array<string> ==> ["a", "b", "c"] [] null [null, "", "x"] ["é"]
        sort_array(recs) ==> array<struct<k:string,v:int>> ==> [{"k": "p", "v": 1}, {"k": "q", "v": null}] [] null [null, {"k": null, "v": 5}] [{"k": "z", "v": 7}]
        sort_array(nested) ==> array<array<int>> ==> [[1], [2, 3]] [] null [null, [null]] [[]]
        arrays_overlap(xs, ys) ==> boolean ==> true false null null false
        arrays_overlap(xs, array(null)) ==> boolean ==> null false null null null
        arrays_overlap(xs, array(100, null)) ==> boolean ==> null false null null null
        arrays_overlap(ss, array('a')) ==> boolean ==> true false null null false
        arrays_overlap(xs, xs) ==> boolean ==> true false null true true
        arrays_zip(xs, ys) ==> array<struct<xs:int,ys:int>> ==> [{"xs": 1, "ys": 3}, {"xs": 2, "ys": 4}, {"xs": 3, "ys": null}] [{"xs": null, "ys": 1}] null [{"xs": null, "ys": null}, {"xs": 3, "ys": 7}, {"xs": null, "ys": null}, {"xs": 1, "ys": null}, {"xs": 3, "ys": null}] [{"xs": 5, "ys": null}]
        arrays_zip(xs, ss) ==> array<struct<xs:int,ss:string>> ==> [{"xs": 1, "ss": "b"}, {"xs": 2, "ss": "a"}, {"xs": 3, "ss": "c"}] [] null [{"xs": null, "ss": null}, {"xs": 3, "ss": ""}, {"xs": null, "ss": "x"}, {"xs": 1, "ss": null}, {"xs": 3, "ss": null}] [{"xs": 5, "ss": "é"}]
        arrays_zip(array(1), array('a', 'b')) ==> array<struct<0:int,1:string>> ==> [{"0": 1, "1": "a"}, {"0": null, "1": "b"}] [{"0": 1, "1": "a"}, {"0": null, "1": "b"}] [{"0": 1, "1": "a"}, {"0": null, "1": "b"}] [{"0": 1, "1": "a"}, {"0": null, "1": "b"}] [{"0": 1, "1": "a"}, {"0": null, "1": "b"}]
        element_at(xs, 1) ==> int ==> 1 null null null 5
        element_at(xs, -1) ==> int ==> 3 null null 3 5
        element_at(xs, 9) ==> int ==> null null null null null
        element_at(ss, id) ==> string ==> "b" null null null null
        element_at(m, 'a') ==> int ==> 1 null null null 9
        element_at(m, s) ==> int ==> null null null null null
        try_element_at(xs, 2) ==> int ==> 2 null null 3 null
        try_element_at(m, 'x') ==> int ==> null null null null null
        get(xs, 0) ==> int ==> 1 null null null 5
        get(xs, -1) ==> int ==> null null null null null
        get(xs, id) ==> int ==> 2 null null 3 null
        get(nested, 0) ==> array<int> ==> [1] null null null []
        flatten(nested) ==> array<int> ==> [1, 2, 3] [] null null []
        flatten(array(xs, ys)) ==> array<int> ==> [1, 2, 3, 3, 4] [1] null [null, 3, null, 1, 3, null, 7] [5]
        reverse(xs) ==> array<int> ==> [3, 2, 1] [] null [3, 1, null, 3, null] [5]
        reverse(ss) ==> array<string> ==> ["c", "a", "b"] [] null ["x", "", null] ["é"]
        reverse(s) ==> string ==> "cba" "" null "hcirüZ" "b,a"
        slice(xs, 1, 2) ==> array<int> ==> [1, 2] [] null [null, 3] [5]
        slice(xs, -2, 2) ==> array<int> ==> [2, 3] [] null [1, 3] []
        slice(xs, 2, 0) ==> array<int> ==> [] [] null [] []
        slice(xs, 2, 100) ==> array<int> ==> [2, 3] [] null [3, null, 1, 3] []
        slice(xs, -10, 3) ==> array<int> ==> [] [] null [] []
        slice(ss, id, 1) ==> array<string> ==> ["b"] [] null [] []
        concat(xs, ys) ==> array<int> ==> [1, 2, 3, 3, 4] [1] null [null, 3, null, 1, 3, null, 7] [5]
        concat(xs, array(1L)) ==> array<bigint> ==> [1, 2, 3, 1] [1] null [null, 3, null, 1, 3, 1] [5, 1]
        get_item(xs, 0) ==> int ==> 1 null null null 5
        get_item(xs, -1) ==> int ==> null null null null null
        get_item(xs, i) ==> int ==> 2 null null null null
        get_item(m, 'a') ==> int ==> 1 null null null 9
        get_item(m, s) ==> int ==> null null null null null
        get_item(st, 'a') ==> int ==> 1 null null null 3
        get_field(st, 'b') ==> string ==> "x" "y" null null null
        get_field(recs, 'v') ==> array<int> ==> [1, null] [] null [null, 5] [7]
        get_field(get_item(recs, 0), 'k') ==> string ==> "p" null null null "z"
        map('a', 1, 'b', 2) ==> map<string,int> ==> {"a": 1, "b": 2} {"a": 1, "b": 2} {"a": 1, "b": 2} {"a": 1, "b": 2} {"a": 1, "b": 2}
        map() ==> map<void,void> ==> {} {} {} {} {}
        map(1, 'x', 2L, 'y') ==> map<bigint,string> ==> {"1": "x", "2": "y"} {"1": "x", "2": "y"} {"1": "x", "2": "y"} {"1": "x", "2": "y"} {"1": "x", "2": "y"}
        create_map('k', i) ==> map<string,int> ==> {"k": 1} {"k": 2} {"k": null} {"k": -7} {"k": 2147483647}
        map_from_arrays(array('a','b'), array(1,2)) ==> map<string,int> ==> {"a": 1, "b": 2} {"a": 1, "b": 2} {"a": 1, "b": 2} {"a": 1, "b": 2} {"a": 1, "b": 2}
        map_from_entries(array(named_struct('k','a','v',1))) ==> map<string,int> ==> {"a": 1} {"a": 1} {"a": 1} {"a": 1} {"a": 1}
        map_from_entries(array(named_struct('k',id,'v',s))) ==> map<int,string> ==> {"1": "abc"} {"2": ""} {"3": null} {"4": "Zürich"} {"5": "a,b"}
        map_entries(m) ==> array<struct<key:string,value:int>> ==> [{"key": "a", "value": 1}, {"key": "b", "value": 2}] [] null [{"key": "x", "value": null}] [{"key": "a", "value": 9}]
        map_keys(m) ==> array<string> ==> ["a", "b"] [] null ["x"] ["a"]
        map_values(m) ==> array<int> ==> [1, 2] [] null [null] [9]
        map_contains_key(m, 'a') ==> boolean ==> true false null false true
        map_contains_key(m, s) ==> boolean ==> false false null false false
        str_to_map('a:1,b:2') ==> map<string,string> ==> {"a": "1", "b": "2"} {"a": "1", "b": "2"} {"a": "1", "b": "2"} {"a": "1", "b": "2"} {"a": "1", "b": "2"}
        str_to_map('a=1;b;c=', ';', '=') ==> map<string,string> ==> {"a": "1", "b": null, "c": ""} {"a": "1", "b": null, "c": ""} {"a": "1", "b": null, "c": ""} {"a": "1", "b": null, "c": ""} {"a": "1", "b": null, "c": ""}
        str_to_map(s) ==> map<string,string> ==> {"abc": null} {"": null} null {"Zürich": null} {"a": null, "b": null}
        str_to_map('') ==> map<string,string> ==> {"": null} {"": null} {"": null} {"": null} {"": null}
        str_to_map('a:b:c') ==> map<string,string> ==> {"a": "b:c"} {"a": "b:c"} {"a": "b:c"} {"a": "b:c"} {"a": "b:c"}
        struct(i, s) ==> struct<i:int,s:string> ==> {"i": 1, "s": "abc"} {"i": 2, "s": ""} {"i": null, "s": null} {"i": -7, "s": "Zürich"} {"i": 2147483647, "s": "a,b"}
        struct(i + 1, s) ==> struct<col1:int,s:string> ==> {"col1": 2, "s": "abc"} {"col1": 3, "s": ""} {"col1": null, "s": null} {"col1": -6, "s": "Zürich"} {"col1": -2147483648, "s": "a,b"}
        struct(st.a, l) ==> struct<a:int,l:bigint> ==> {"a": 1, "l": 10} {"a": null, "l": 20} {"a": null, "l": null} {"a": null, "l": -5} {"a": 3, "l": 9223372036854775807}
        struct(1, 'x') ==> struct<col1:int,col2:string> ==> {"col1": 1, "col2": "x"} {"col1": 1, "col2": "x"} {"col1": 1, "col2": "x"} {"col1": 1, "col2": "x"} {"col1": 1, "col2": "x"}
        named_struct('x', i, 'y', s) ==> struct<x:int,y:string> ==> {"x": 1, "y": "abc"} {"x": 2, "y": ""} {"x": null, "y": null} {"x": -7, "y": "Zürich"} {"x": 2147483647, "y": "a,b"}
        named_struct('x', xs, 'y', m) ==> struct<x:array<int>,y:map<string,int>> ==> {"x": [1, 2, 3], "y": {"a": 1, "b": 2}} {"x": [], "y": {}} {"x": null, "y": null} {"x": [null, 3, null, 1, 3], "y": {"x": null}} {"x": [5], "y": {"a": 9}}
        transform(xs, x -> x + 1) ==> array<int> ==> [2, 3, 4] [] null [null, 4, null, 2, 4] [6]
        transform(xs, (x, i) -> x * i) ==> array<int> ==> [0, 2, 6] [] null [null, 3, null, 3, 12] [0]
        transform(xs, x -> x + id) ==> array<int> ==> [2, 3, 4] [] null [null, 7, null, 5, 7] [10]
        transform(ss, x -> concat(x, '!')) ==> array<string> ==> ["b!", "a!", "c!"] [] null [null, "!", "x!"] ["é!"]
        transform(xs, x -> null) ==> array<void> ==> [null, null, null] [] null [null, null, null, null, null] [null]
        transform(xs, x -> 'k') ==> array<string> ==> ["k", "k", "k"] [] null ["k", "k", "k", "k", "k"] ["k"]
        transform(nested, x -> transform(x, y -> y * 2)) ==> array<array<int>> ==> [[2], [4, 6]] [] null [null, [null]] [[]]
        transform(nested, x -> size(x)) ==> array<int> ==> [1, 2] [] null [-1, 1] [0]
        transform(recs, r -> r.v) ==> array<int> ==> [1, null] [] null [null, 5] [7]
        transform(recs, r -> r.k) ==> array<string> ==> ["p", "q"] [] null [null, null] ["z"]
        transform(xs, i -> i + 1) ==> array<int> ==> [2, 3, 4] [] null [null, 4, null, 2, 4] [6]
        transform(xs, (x, l) -> l) ==> array<int> ==> [0, 1, 2] [] null [0, 1, 2, 3, 4] [0]
        filter(xs, x -> x > 1) ==> array<int> ==> [2, 3] [] null [3, 3] [5]
        filter(xs, (x, i) -> i > 0) ==> array<int> ==> [2, 3] [] null [3, null, 1, 3] []
        filter(xs, x -> x is null) ==> array<int> ==> [] [] null [null, null] []
        filter(ss, x -> x <> '') ==> array<string> ==> ["b", "a", "c"] [] null ["x"] ["é"]
        filter(nested, x -> size(x) > 0) ==> array<array<int>> ==> [[1], [2, 3]] [] null [[null]] []
        filter(recs, r -> r.v is not null) ==> array<struct<k:string,v:int>> ==> [{"k": "p", "v": 1}] [] null [{"k": null, "v": 5}] [{"k": "z", "v": 7}]
        exists(xs, x -> x = 3) ==> boolean ==> true false null true false
        exists(xs, x -> x > 100) ==> boolean ==> false false null null false
        exists(ss, x -> x = s) ==> boolean ==> false false null null false
        exists(xs, x -> x is null) ==> boolean ==> false false null true false
        forall(xs, x -> x > 0) ==> boolean ==> true true null null true
        forall(xs, x -> x > 1) ==> boolean ==> false true null false true
        forall(xs, x -> x is not null) ==> boolean ==> true true null false true
        forall(nested, x -> exists(x, y -> y > 0)) ==> boolean ==> true true null null false
        aggregate(xs, 0, (acc, x) -> acc + x) ==> int ==> 6 0 null null 5
        aggregate(xs, 0, (acc, x) -> acc + coalesce(x, 100)) ==> int ==> 6 0 null 207 5
        aggregate(xs, 1, (acc, x) -> acc * 2, acc -> acc + 1) ==> int ==> 9 2 null 33 3
        aggregate(ss, '', (acc, x) -> concat(acc, coalesce(x, '?'))) ==> string ==> "bac" "" null "?x" "é"
        aggregate(xs, cast(0 as bigint), (acc, x) -> acc + x + id) ==> bigint ==> 9 0 null null 10
        aggregate(xs, named_struct('s', 0, 'n', 0), (acc, x) -> named_struct('s', acc.s + coalesce(x, 0), 'n', acc.n + 1), acc -> acc.s / acc.n) ==> double ==> 2.0 null null 1.4 5.0
        aggregate(nested, 0, (acc, x) -> acc + size(x)) ==> int ==> 3 0 null 0 0
        reduce(xs, 0, (acc, x) -> acc + 1) ==> int ==> 3 0 null 5 1
        aggregate(xs, i, (acc, x) -> coalesce(acc, 0) + coalesce(x, 0)) ==> int ==> 7 2 null 0 -2147483644
        zip_with(xs, ys, (x, y) -> x + y) ==> array<int> ==> [4, 6, null] [null] null [null, 10, null, null, null] [null]
        zip_with(xs, ys, (x, y) -> coalesce(x, y)) ==> array<int> ==> [1, 2, 3] [1] null [null, 3, null, 1, 3] [5]
        zip_with(xs, ss, (x, y) -> concat(x, y)) ==> array<string> ==> ["1b", "2a", "3c"] [] null [null, "3", null, null, null] ["5é"]
        map_filter(m, (k, v) -> v > 1) ==> map<string,int> ==> {"b": 2} {} null {} {"a": 9}
        map_filter(m, (k, v) -> k = 'x') ==> map<string,int> ==> {} {} null {"x": null} {}
        transform_keys(m, (k, v) -> upper(k)) ==> map<string,int> ==> {"A": 1, "B": 2} {} null {"X": null} {"A": 9}
        transform_keys(m, (k, v) -> concat(k, coalesce(v, 0))) ==> map<string,int> ==> {"a1": 1, "b2": 2} {} null {"x0": null} {"a9": 9}
        transform_values(m, (k, v) -> v + 1) ==> map<string,int> ==> {"a": 2, "b": 3} {} null {"x": null} {"a": 10}
        transform_values(m, (k, v) -> concat(k, v)) ==> map<string,string> ==> {"a": "a1", "b": "b2"} {} null {"x": null} {"a": "a9"}
        transform_values(m, (k, v) -> v + id) ==> map<string,int> ==> {"a": 2, "b": 3} {} null {"x": null} {"a": 14}
        map_zip_with(m, map('a', 'z'), (k, a, b) -> concat(k, b)) ==> map<string,string> ==> {"a": "az", "b": null} {"a": "az"} null {"x": null, "a": "az"} {"a": "az"}
        array_sort(xs, (a, b) -> case when a is null and b is null then 0 when a is null then 1 when b is null then -1 when a > b then -1 when a < b then 1 else 0 end) ==> array<int> ==> [3, 2, 1] [] null [3, 3, 1, null, null] [5]
        array_sort(ss, (a, b) -> length(coalesce(a, '')) - length(coalesce(b, ''))) ==> array<string> ==> ["b", "a", "c"] [] null [null, "", "x"] ["é"]
        array_sort(recs, (a, b) -> coalesce(a.v, 0) - coalesce(b.v, 0)) ==> array<struct<k:string,v:int>> ==> [{"k": "q", "v": null}, {"k": "p", "v": 1}] [] null [null, {"k": null, "v": 5}] [{"k": "z", "v": 7}]
        array_sort(array(5, 3, 9, 1, 7, 2, 8), (a, b) -> b - a) ==> array<int> ==> [9, 8, 7, 5, 3, 2, 1] [9, 8, 7, 5, 3, 2, 1] [9, 8, 7, 5, 3, 2, 1] [9, 8, 7, 5, 3, 2, 1] [9, 8, 7, 5, 3, 2, 1]
        """##)

    @Test(arguments: cases)
    func answersAsSpark(_ test: SparkTable.Case) throws { try SparkTable.check(test) }
}
