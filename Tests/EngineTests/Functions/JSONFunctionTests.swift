import Testing

import Columnar
import Engine

/// JSON text, with the answers of PySpark 4.0 (ANSI mode off).
@Suite struct JSONFunctionTests {
    static let cases = SparkTable.cases(
        ##"""
        get_json_object(js, '$.a') ==> string ==> "1" null null null null
        get_json_object(js, '$.b') ==> string ==> "{\"c\":[10,20,{\"d\":\"x\"}]}" null null null "{\"c\":[]}"
        get_json_object(js, '$.b.c') ==> string ==> "[10,20,{\"d\":\"x\"}]" null null null "[]"
        get_json_object(js, '$.b.c[0]') ==> string ==> "10" null null null null
        get_json_object(js, '$.b.c[2].d') ==> string ==> "x" null null null null
        get_json_object(js, '$.b.c[*]') ==> string ==> "[10,20,{\"d\":\"x\"}]" null null null null
        get_json_object(js, '$.e') ==> string ==> "s\"t" null null null null
        get_json_object(js, '$') ==> string ==> "{\"a\":1,\"b\":{\"c\":[10,20,{\"d\":\"x\"}]},\"e\":\"s\\\"t\"}" "[1,2,{\"a\":[true,null]}]" null null "{\"a\":null,\"b\":{\"c\":[]},\"x\":1500.0}"
        get_json_object(js, '$.x') ==> string ==> null null null null "1500.0"
        get_json_object(js, '$[1]') ==> string ==> null "2" null null null
        get_json_object(js, '$[2].a') ==> string ==> null "[true,null]" null null null
        get_json_object(js, '$[2].a[1]') ==> string ==> null "null" null null null
        get_json_object(js, '$[*]') ==> string ==> null "[1,2,{\"a\":[true,null]}]" null null null
        get_json_object(js, '$[9]') ==> string ==> null null null null null
        get_json_object(js, '$.*') ==> string ==> null null null null null
        get_json_object(js, "$['a']") ==> string ==> "1" null null null null
        get_json_object(js, 'a') ==> string ==> null null null null null
        get_json_object(js, '$.') ==> string ==> null null null null null
        get_json_object(js, '$a') ==> string ==> null null null null null
        get_json_object(js, '$[a]') ==> string ==> null null null null null
        get_json_object(js, s) ==> string ==> null null null null null
        get_json_object('[{"a":1},{"a":2},{"b":3}]', '$[*].a') ==> string ==> "[1,2]" "[1,2]" "[1,2]" "[1,2]" "[1,2]"
        get_json_object('[{"a":1},{"b":3}]', '$[*].a') ==> string ==> "1" "1" "1" "1" "1"
        get_json_object('[{"a":"x"},{"b":3}]', '$[*].a') ==> string ==> "\"x\"" "\"x\"" "\"x\"" "\"x\"" "\"x\""
        get_json_object('[{"a":"x"},{"a":"y"}]', '$[*].a') ==> string ==> "[\"x\",\"y\"]" "[\"x\",\"y\"]" "[\"x\",\"y\"]" "[\"x\",\"y\"]" "[\"x\",\"y\"]"
        get_json_object('[[1,2],[3]]', '$[*][*]') ==> string ==> "[1,2,3]" "[1,2,3]" "[1,2,3]" "[1,2,3]" "[1,2,3]"
        get_json_object('[[[1],[2]],[[3]]]', '$[*][*]') ==> string ==> "[1,2,3]" "[1,2,3]" "[1,2,3]" "[1,2,3]" "[1,2,3]"
        get_json_object('[[1,2],[3]]', '$[0][*]') ==> string ==> "[1,2]" "[1,2]" "[1,2]" "[1,2]" "[1,2]"
        get_json_object('{"a":[1,[2,3]]}', '$.a[*]') ==> string ==> "[1,[2,3]]" "[1,[2,3]]" "[1,[2,3]]" "[1,[2,3]]" "[1,[2,3]]"
        get_json_object('{"a": [1, {"b": 2}] }', '$.a') ==> string ==> "[1,{\"b\":2}]" "[1,{\"b\":2}]" "[1,{\"b\":2}]" "[1,{\"b\":2}]" "[1,{\"b\":2}]"
        get_json_object('{"a":1.50}', '$.a') ==> string ==> "1.5" "1.5" "1.5" "1.5" "1.5"
        get_json_object('{"a":1e10}', '$.a') ==> string ==> "1.0E10" "1.0E10" "1.0E10" "1.0E10" "1.0E10"
        get_json_object('{"a":{"b":1.50,"c":1e400}}', '$.a') ==> string ==> "{\"b\":1.5,\"c\":\"Infinity\"}" "{\"b\":1.5,\"c\":\"Infinity\"}" "{\"b\":1.5,\"c\":\"Infinity\"}" "{\"b\":1.5,\"c\":\"Infinity\"}" "{\"b\":1.5,\"c\":\"Infinity\"}"
        get_json_object('{"a":{"b":12345678901234567890}}', '$.a') ==> string ==> "{\"b\":12345678901234567890}" "{\"b\":12345678901234567890}" "{\"b\":12345678901234567890}" "{\"b\":12345678901234567890}" "{\"b\":12345678901234567890}"
        get_json_object('{"a":{"b":"x\ty\u00e9\"\/"}}', '$.a') ==> string ==> null null null null null
        get_json_object('{"a":"x\ty\u00e9\"\/"}', '$.a') ==> string ==> null null null null null
        get_json_object("{'a':'b'}", '$.a') ==> string ==> "b" "b" "b" "b" "b"
        get_json_object('{"a":1} trailing', '$.a') ==> string ==> "1" "1" "1" "1" "1"
        get_json_object('{"a":1, bad', '$.a') ==> string ==> null null null null null
        get_json_object('{"a":1,"a":2}', '$.a') ==> string ==> "1" "1" "1" "1" "1"
        get_json_object('{"a":null,"a":2}', '$.a') ==> string ==> "2" "2" "2" "2" "2"
        get_json_object('{"a b":1}', '$.a b') ==> string ==> "1" "1" "1" "1" "1"
        get_json_object('{"a.b":1}', "$['a.b']") ==> string ==> "1" "1" "1" "1" "1"
        get_json_object('{"a":true,"b":false}', '$.b') ==> string ==> "false" "false" "false" "false" "false"
        get_json_object('[null]', '$[0]') ==> string ==> "null" "null" "null" "null" "null"
        get_json_object('5', '$') ==> string ==> "5" "5" "5" "5" "5"
        get_json_object('"x"', '$') ==> string ==> "x" "x" "x" "x" "x"
        get_json_object('', '$') ==> string ==> null null null null null
        get_json_object('{"a":01}', '$.a') ==> string ==> null null null null null
        get_json_object('{"a":[1,2,3]}', '$.a[-1]') ==> string ==> null null null null null
        json_array_length(js) ==> int ==> null 3 null null null
        json_array_length('[]') ==> int ==> 0 0 0 0 0
        json_array_length('[1,[2,3],{"a":[4]}]') ==> int ==> 3 3 3 3 3
        json_array_length('[1,2') ==> int ==> null null null null null
        json_array_length('[1,2] x') ==> int ==> 2 2 2 2 2
        json_object_keys(js) ==> array<string> ==> ["a", "b", "e"] null null null ["a", "b", "x"]
        json_object_keys('{}') ==> array<string> ==> [] [] [] [] []
        json_object_keys('{"b":1,"a":{"c":2}}') ==> array<string> ==> ["b", "a"] ["b", "a"] ["b", "a"] ["b", "a"] ["b", "a"]
        json_object_keys('{"b":1,') ==> array<string> ==> null null null null null
        from_json(js, 'a INT') ==> struct<a:int> ==> {"a": 1} {"a": null} null {"a": null} {"a": null}
        from_json(js, 'a INT, x DOUBLE') ==> struct<a:int,x:double> ==> {"a": 1, "x": null} {"a": null, "x": null} null {"a": null, "x": null} {"a": null, "x": 1500.0}
        from_json(js, 'a BIGINT, b STRUCT<c: ARRAY<STRING>>, e STRING') ==> struct<a:bigint,b:struct<c:array<string>>,e:string> ==> {"a": 1, "b": {"c": ["10", "20", "{\"d\":\"x\"}"]}, "e": "s\"t"} {"a": null, "b": null, "e": null} null {"a": null, "b": null, "e": null} {"a": null, "b": {"c": []}, "e": null}
        from_json(js, 'b STRING') ==> struct<b:string> ==> {"b": "{\"c\":[10,20,{\"d\":\"x\"}]}"} {"b": null} null {"b": null} {"b": "{\"c\":[]}"}
        from_json(js, 'struct<a:int,x:double>') ==> struct<a:int,x:double> ==> {"a": 1, "x": null} {"a": null, "x": null} null {"a": null, "x": null} {"a": null, "x": 1500.0}
        from_json(js, 'ARRAY<INT>') ==> array<int> ==> null null null null null
        from_json(js, 'array<string>') ==> array<string> ==> null ["1", "2", "{\"a\":[true,null]}"] null null null
        from_json('{"a":1}', 'a STRING') ==> struct<a:string> ==> {"a": "1"} {"a": "1"} {"a": "1"} {"a": "1"} {"a": "1"}
        from_json('{"a":"1"}', 'a INT') ==> struct<a:int> ==> {"a": null} {"a": null} {"a": null} {"a": null} {"a": null}
        from_json('{"a":"x","b":2}', 'a INT, b INT') ==> struct<a:int,b:int> ==> {"a": null, "b": 2} {"a": null, "b": 2} {"a": null, "b": 2} {"a": null, "b": 2} {"a": null, "b": 2}
        from_json('{"a":1.0}', 'a INT') ==> struct<a:int> ==> {"a": null} {"a": null} {"a": null} {"a": null} {"a": null}
        from_json('{"a":1.5}', 'a BIGINT, b INT') ==> struct<a:bigint,b:int> ==> {"a": null, "b": null} {"a": null, "b": null} {"a": null, "b": null} {"a": null, "b": null} {"a": null, "b": null}
        from_json('{"a":3000000000}', 'a INT') ==> struct<a:int> ==> {"a": null} {"a": null} {"a": null} {"a": null} {"a": null}
        from_json('{"a":300}', 'a TINYINT') ==> struct<a:tinyint> ==> {"a": null} {"a": null} {"a": null} {"a": null} {"a": null}
        from_json('{"a":1}', 'a DOUBLE') ==> struct<a:double> ==> {"a": 1.0} {"a": 1.0} {"a": 1.0} {"a": 1.0} {"a": 1.0}
        from_json('{"a":"NaN","b":"-Infinity","c":"1.5"}', 'a DOUBLE, b DOUBLE, c DOUBLE') ==> struct<a:double,b:double,c:double> ==> {"a": NaN, "b": -Infinity, "c": null} {"a": NaN, "b": -Infinity, "c": null} {"a": NaN, "b": -Infinity, "c": null} {"a": NaN, "b": -Infinity, "c": null} {"a": NaN, "b": -Infinity, "c": null}
        from_json('{"a":true,"b":"true","c":1}', 'a BOOLEAN, b BOOLEAN, c BOOLEAN') ==> struct<a:boolean,b:boolean,c:boolean> ==> {"a": true, "b": null, "c": null} {"a": true, "b": null, "c": null} {"a": true, "b": null, "c": null} {"a": true, "b": null, "c": null} {"a": true, "b": null, "c": null}
        from_json('{"a":12.345,"b":"1.10","c":7}', 'a DECIMAL(10,2), b DECIMAL(10,2), c DECIMAL(3,1)') ==> struct<a:decimal(10,2),b:decimal(10,2),c:decimal(3,1)> ==> {"a": 12.35, "b": 1.10, "c": 7.0} {"a": 12.35, "b": 1.10, "c": 7.0} {"a": 12.35, "b": 1.10, "c": 7.0} {"a": 12.35, "b": 1.10, "c": 7.0} {"a": 12.35, "b": 1.10, "c": 7.0}
        from_json('{"a":"2024-02-29","b":"2024-02-29T10:00:00Z","c":"2024-02-29 10:00:00","d":"x"}', 'a DATE, b TIMESTAMP, c TIMESTAMP, d DATE') ==> struct<a:date,b:timestamp,c:timestamp,d:date> ==> {"a": "2024-02-29", "b": "2024-02-29 10:00:00", "c": "2024-02-29 10:00:00", "d": null} {"a": "2024-02-29", "b": "2024-02-29 10:00:00", "c": "2024-02-29 10:00:00", "d": null} {"a": "2024-02-29", "b": "2024-02-29 10:00:00", "c": "2024-02-29 10:00:00", "d": null} {"a": "2024-02-29", "b": "2024-02-29 10:00:00", "c": "2024-02-29 10:00:00", "d": null} {"a": "2024-02-29", "b": "2024-02-29 10:00:00", "c": "2024-02-29 10:00:00", "d": null}
        from_json('{"a":"2024-02-29T10:00:00.123+02:00","b":1709200000}', 'a TIMESTAMP, b TIMESTAMP') ==> struct<a:timestamp,b:timestamp> ==> {"a": "2024-02-29 08:00:00.123", "b": "2024-02-29 09:46:40"} {"a": "2024-02-29 08:00:00.123", "b": "2024-02-29 09:46:40"} {"a": "2024-02-29 08:00:00.123", "b": "2024-02-29 09:46:40"} {"a": "2024-02-29 08:00:00.123", "b": "2024-02-29 09:46:40"} {"a": "2024-02-29 08:00:00.123", "b": "2024-02-29 09:46:40"}
        from_json('{"a":"aGk="}', 'a BINARY') ==> struct<a:binary> ==> {"a": "aGk="} {"a": "aGk="} {"a": "aGk="} {"a": "aGk="} {"a": "aGk="}
        from_json('{"a":{"x":1,"y":null}}', 'a MAP<STRING,INT>') ==> struct<a:map<string,int>> ==> {"a": {"x": 1, "y": null}} {"a": {"x": 1, "y": null}} {"a": {"x": 1, "y": null}} {"a": {"x": 1, "y": null}} {"a": {"x": 1, "y": null}}
        from_json('{"a":[1,"x",null,3]}', 'a ARRAY<INT>') ==> struct<a:array<int>> ==> {"a": null} {"a": null} {"a": null} {"a": null} {"a": null}
        from_json('{"a":[{"b":1},{"b":"x","c":2}]}', 'a ARRAY<STRUCT<b:INT,c:INT>>') ==> struct<a:array<struct<b:int,c:int>>> ==> {"a": [{"b": 1, "c": null}, {"b": null, "c": 2}]} {"a": [{"b": 1, "c": null}, {"b": null, "c": 2}]} {"a": [{"b": 1, "c": null}, {"b": null, "c": 2}]} {"a": [{"b": 1, "c": null}, {"b": null, "c": 2}]} {"a": [{"b": 1, "c": null}, {"b": null, "c": 2}]}
        from_json('{"a":{"b":[1, 2]},"c":[1.50, "x"]}', 'a STRING, c STRING') ==> struct<a:string,c:string> ==> {"a": "{\"b\":[1,2]}", "c": "[1.5,\"x\"]"} {"a": "{\"b\":[1,2]}", "c": "[1.5,\"x\"]"} {"a": "{\"b\":[1,2]}", "c": "[1.5,\"x\"]"} {"a": "{\"b\":[1,2]}", "c": "[1.5,\"x\"]"} {"a": "{\"b\":[1,2]}", "c": "[1.5,\"x\"]"}
        from_json('{"A":1}', 'a INT') ==> struct<a:int> ==> {"a": null} {"a": null} {"a": null} {"a": null} {"a": null}
        from_json('{"a":1,"a":2}', 'a INT') ==> struct<a:int> ==> {"a": 2} {"a": 2} {"a": 2} {"a": 2} {"a": 2}
        from_json('', 'a INT') ==> struct<a:int> ==> null null null null null
        from_json('   ', 'a INT') ==> struct<a:int> ==> null null null null null
        from_json('null', 'a INT') ==> struct<a:int> ==> {"a": null} {"a": null} {"a": null} {"a": null} {"a": null}
        from_json('5', 'a INT') ==> struct<a:int> ==> {"a": null} {"a": null} {"a": null} {"a": null} {"a": null}
        from_json('[{"a":1},{"a":2}]', 'a INT') ==> struct<a:int> ==> {"a": null} {"a": null} {"a": null} {"a": null} {"a": null}
        from_json('[{"a":1}]', 'a INT') ==> struct<a:int> ==> {"a": null} {"a": null} {"a": null} {"a": null} {"a": null}
        from_json('{"a":1}', 'ARRAY<STRUCT<a:INT>>') ==> array<struct<a:int>> ==> [{"a": 1}] [{"a": 1}] [{"a": 1}] [{"a": 1}] [{"a": 1}]
        from_json('[1,2,3', 'ARRAY<INT>') ==> array<int> ==> null null null null null
        from_json('{"a":1} x', 'a INT') ==> struct<a:int> ==> {"a": 1} {"a": 1} {"a": 1} {"a": 1} {"a": 1}
        from_json('{"a":1', 'a INT') ==> struct<a:int> ==> {"a": null} {"a": null} {"a": null} {"a": null} {"a": null}
        from_json('{"b":2,"a":1', 'a INT') ==> struct<a:int> ==> {"a": null} {"a": null} {"a": null} {"a": null} {"a": null}
        from_json("{'a':'x'}", 'a STRING') ==> struct<a:string> ==> {"a": "x"} {"a": "x"} {"a": "x"} {"a": "x"} {"a": "x"}
        from_json('{"a":"x\ty"}', 'a STRING') ==> struct<a:string> ==> {"a": null} {"a": null} {"a": null} {"a": null} {"a": null}
        from_json('{"a":1}', 'a INT NOT NULL, b STRING') ==> struct<a:int,b:string> ==> {"a": 1, "b": null} {"a": 1, "b": null} {"a": 1, "b": null} {"a": 1, "b": null} {"a": 1, "b": null}
        from_json('{"a":1}', '`a` INT') ==> struct<a:int> ==> {"a": 1} {"a": 1} {"a": 1} {"a": 1} {"a": 1}
        from_json('{"a b":1}', '`a b` INT') ==> struct<a b:int> ==> {"a b": 1} {"a b": 1} {"a b": 1} {"a b": 1} {"a b": 1}
        from_json('{"a":[]}', 'a ARRAY<INT>') ==> struct<a:array<int>> ==> {"a": []} {"a": []} {"a": []} {"a": []} {"a": []}
        from_json('{"a":{}}', 'a STRUCT<b:INT>') ==> struct<a:struct<b:int>> ==> {"a": {"b": null}} {"a": {"b": null}} {"a": {"b": null}} {"a": {"b": null}} {"a": {"b": null}}
        from_json('{"a":5}', 'a STRUCT<b:INT>') ==> struct<a:struct<b:int>> ==> {"a": null} {"a": null} {"a": null} {"a": null} {"a": null}
        from_json('{"a":5,"b":1}', 'a ARRAY<INT>, b INT') ==> struct<a:array<int>,b:int> ==> {"a": null, "b": 1} {"a": null, "b": 1} {"a": null, "b": 1} {"a": null, "b": 1} {"a": null, "b": 1}
        to_json(st) ==> string ==> "{\"a\":1,\"b\":\"x\"}" "{\"b\":\"y\"}" null null "{\"a\":3}"
        to_json(recs) ==> string ==> "[{\"k\":\"p\",\"v\":1},{\"k\":\"q\"}]" "[]" null "[null,{\"v\":5}]" "[{\"k\":\"z\",\"v\":7}]"
        to_json(m) ==> string ==> "{\"a\":1,\"b\":2}" "{}" null "{\"x\":null}" "{\"a\":9}"
        to_json(xs) ==> string ==> "[1,2,3]" "[]" null "[null,3,null,1,3]" "[5]"
        to_json(named_struct('t', at, 'd', day, 'p', price, 'f', d)) ==> string ==> "{\"t\":\"2024-02-29T13:45:10.123Z\",\"d\":\"2024-02-29\",\"p\":12.50,\"f\":1.5}" "{\"t\":\"1970-01-01T00:00:00.000Z\",\"d\":\"1970-01-01\",\"p\":-0.01,\"f\":-0.0}" "{}" "{\"t\":\"1969-12-31T23:59:59.999Z\",\"d\":\"0004-02-29\",\"p\":0.00,\"f\":\"NaN\"}" "{\"t\":\"2024-10-27T00:30:00.000Z\",\"d\":\"9996-12-31\",\"p\":99999999.99,\"f\":1.0E300}"
        to_json(named_struct('a', null, 'b', 1)) ==> string ==> "{\"b\":1}" "{\"b\":1}" "{\"b\":1}" "{\"b\":1}" "{\"b\":1}"
        to_json(named_struct('a', s, 'xs', xs, 'm', m)) ==> string ==> "{\"a\":\"abc\",\"xs\":[1,2,3],\"m\":{\"a\":1,\"b\":2}}" "{\"a\":\"\",\"xs\":[],\"m\":{}}" "{}" "{\"a\":\"Zürich\",\"xs\":[null,3,null,1,3],\"m\":{\"x\":null}}" "{\"a\":\"a,b\",\"xs\":[5],\"m\":{\"a\":9}}"
        to_json(named_struct('a', array(1, null), 'b', map('k', null))) ==> string ==> "{\"a\":[1,null],\"b\":{\"k\":null}}" "{\"a\":[1,null],\"b\":{\"k\":null}}" "{\"a\":[1,null],\"b\":{\"k\":null}}" "{\"a\":[1,null],\"b\":{\"k\":null}}" "{\"a\":[1,null],\"b\":{\"k\":null}}"
        to_json(named_struct('a', 1e10D, 'b', cast(1.5 as float), 'c', 1.50, 'd', true, 'e', 5L)) ==> string ==> "{\"a\":1.0E10,\"b\":1.5,\"c\":1.50,\"d\":true,\"e\":5}" "{\"a\":1.0E10,\"b\":1.5,\"c\":1.50,\"d\":true,\"e\":5}" "{\"a\":1.0E10,\"b\":1.5,\"c\":1.50,\"d\":true,\"e\":5}" "{\"a\":1.0E10,\"b\":1.5,\"c\":1.50,\"d\":true,\"e\":5}" "{\"a\":1.0E10,\"b\":1.5,\"c\":1.50,\"d\":true,\"e\":5}"
        to_json(named_struct('s', 'q"\\/é\n\t')) ==> string ==> "{\"s\":\"q\\\"\\\\/é\\n\\t\"}" "{\"s\":\"q\\\"\\\\/é\\n\\t\"}" "{\"s\":\"q\\\"\\\\/é\\n\\t\"}" "{\"s\":\"q\\\"\\\\/é\\n\\t\"}" "{\"s\":\"q\\\"\\\\/é\\n\\t\"}"
        to_json(named_struct('b', cast('hi' as binary))) ==> string ==> "{\"b\":\"aGk=\"}" "{\"b\":\"aGk=\"}" "{\"b\":\"aGk=\"}" "{\"b\":\"aGk=\"}" "{\"b\":\"aGk=\"}"
        to_json(named_struct('a', named_struct('b', cast(null as int)))) ==> string ==> "{\"a\":{}}" "{\"a\":{}}" "{\"a\":{}}" "{\"a\":{}}" "{\"a\":{}}"
        to_json(map(1, 'x')) ==> string ==> "{\"1\":\"x\"}" "{\"1\":\"x\"}" "{\"1\":\"x\"}" "{\"1\":\"x\"}" "{\"1\":\"x\"}"
        to_json(named_struct('a', cast(null as int), 'b', i), map('ignoreNullFields', 'false')) ==> string ==> "{\"a\":null,\"b\":1}" "{\"a\":null,\"b\":2}" "{\"a\":null,\"b\":null}" "{\"a\":null,\"b\":-7}" "{\"a\":null,\"b\":2147483647}"
        to_json(nested) ==> string ==> "[[1],[2,3]]" "[]" null "[null,[null]]" "[[]]"
        schema_of_json('{"a":1,"b":[1.5,2],"c":{"d":"x"}}') ==> string ==> "STRUCT<a: BIGINT, b: ARRAY<DOUBLE>, c: STRUCT<d: STRING>>" "STRUCT<a: BIGINT, b: ARRAY<DOUBLE>, c: STRUCT<d: STRING>>" "STRUCT<a: BIGINT, b: ARRAY<DOUBLE>, c: STRUCT<d: STRING>>" "STRUCT<a: BIGINT, b: ARRAY<DOUBLE>, c: STRUCT<d: STRING>>" "STRUCT<a: BIGINT, b: ARRAY<DOUBLE>, c: STRUCT<d: STRING>>"
        schema_of_json('[{"b":true},{"a":null}]') ==> string ==> "ARRAY<STRUCT<a: STRING, b: BOOLEAN>>" "ARRAY<STRUCT<a: STRING, b: BOOLEAN>>" "ARRAY<STRUCT<a: STRING, b: BOOLEAN>>" "ARRAY<STRUCT<a: STRING, b: BOOLEAN>>" "ARRAY<STRUCT<a: STRING, b: BOOLEAN>>"
        schema_of_json('[1,"x"]') ==> string ==> "ARRAY<STRING>" "ARRAY<STRING>" "ARRAY<STRING>" "ARRAY<STRING>" "ARRAY<STRING>"
        schema_of_json('[]') ==> string ==> "ARRAY<STRING>" "ARRAY<STRING>" "ARRAY<STRING>" "ARRAY<STRING>" "ARRAY<STRING>"
        schema_of_json('{"a":12345678901234567890,"b":1.5}') ==> string ==> "STRUCT<a: DECIMAL(20,0), b: DOUBLE>" "STRUCT<a: DECIMAL(20,0), b: DOUBLE>" "STRUCT<a: DECIMAL(20,0), b: DOUBLE>" "STRUCT<a: DECIMAL(20,0), b: DOUBLE>" "STRUCT<a: DECIMAL(20,0), b: DOUBLE>"
        schema_of_json('{"z":1,"a b":2}') ==> string ==> "STRUCT<`a b`: BIGINT, z: BIGINT>" "STRUCT<`a b`: BIGINT, z: BIGINT>" "STRUCT<`a b`: BIGINT, z: BIGINT>" "STRUCT<`a b`: BIGINT, z: BIGINT>" "STRUCT<`a b`: BIGINT, z: BIGINT>"
        schema_of_json('5') ==> string ==> "BIGINT" "BIGINT" "BIGINT" "BIGINT" "BIGINT"
        schema_of_json('[[1],[2.5]]') ==> string ==> "ARRAY<ARRAY<DOUBLE>>" "ARRAY<ARRAY<DOUBLE>>" "ARRAY<ARRAY<DOUBLE>>" "ARRAY<ARRAY<DOUBLE>>" "ARRAY<ARRAY<DOUBLE>>"
        schema_of_json('[{"a":1},{"a":"x"}]') ==> string ==> "ARRAY<STRUCT<a: STRING>>" "ARRAY<STRUCT<a: STRING>>" "ARRAY<STRUCT<a: STRING>>" "ARRAY<STRUCT<a: STRING>>" "ARRAY<STRUCT<a: STRING>>"
        schema_of_json('{"a":{}}') ==> string ==> "STRUCT<>" "STRUCT<>" "STRUCT<>" "STRUCT<>" "STRUCT<>"
        from_json('{"a":1}', schema_of_json('{"a":1}')) ==> struct<a:bigint> ==> {"a": 1} {"a": 1} {"a": 1} {"a": 1} {"a": 1}
        """##)

    @Test(arguments: cases)
    func answersAsSpark(_ test: SparkTable.Case) throws { try SparkTable.check(test) }
}
