//! What `decode` tells of a text.

use iiko_types::decode::{self, Error, Finding, Report};

fn stop_lists(text: &str) -> Report {
    decode::answer("/api/1/stop_lists", text).expect("decodes")
}

fn lines(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(ToString::to_string).collect()
}

#[test]
fn the_same_unknown_field_of_many_elements_is_one_finding() {
    let report = stop_lists(
        r#"{"terminalGroupStopLists": [{"since": null}, {}, {"since": "9:00", "items": [{"why": {"who": 1}}]}], "isNew": true}"#,
    );
    assert_eq!(
        lines(&report.unknown_fields),
        [
            "isNew: a flag",
            "terminalGroupStopLists[].items[].why: an object",
            "terminalGroupStopLists[].since: a string",
            "terminalGroupStopLists[].since: null",
        ]
    );
    assert_eq!(
        report.unknown_fields[1].first,
        "terminalGroupStopLists[2].items[0].why"
    );
    assert!(report.loses_nothing() && !report.is_as_the_contract_says());

    let many = stop_lists(r#"{"terminalGroupStopLists": [{}, {"a": 1}, {"a": 2}]}"#);
    assert_eq!(
        lines(&many.unknown_fields),
        ["terminalGroupStopLists[].a: a number (2 times, first at terminalGroupStopLists[1].a)"]
    );
}

#[test]
fn unknown_words_and_kinds_are_named_with_what_they_are_not() {
    let text = r#"[
        {"eventType": "DeliveryOrderUpdate", "eventInfo": {"id": "00000000-0000-0000-0000-000000000007", "creationStatus": "Dreaming"}},
        {"eventType": "MoonUpdate", "eventInfo": {"phase": "full"}},
        {"eventInfo": {}}
    ]"#;
    let report = decode::webhook(text).expect("decodes");
    assert_eq!(
        lines(&report.unknown_values),
        [
            "[].eventInfo.creationStatus: `Dreaming` is no CreationStatus",
            "[].eventType: `MoonUpdate` is no WebhookEvent",
            "[].eventType: absent, so that it is no WebhookEvent",
        ]
    );
    assert!(report.loses_nothing());
}

#[test]
fn no_value_that_somebody_typed_is_told() {
    let report = stop_lists(r#"{"guest": "Anna", "phones": ["+79990001122"]}"#);
    let told = format!("{report:?}");
    assert!(!told.contains("Anna") && !told.contains("7999"), "{told}");
}

#[test]
fn what_is_lost_is_told_with_its_place() {
    // more digits than a decimal holds, and finer than a millisecond
    let text = r#"{"terminalGroupStopLists": [{"items": [{"items": [{
        "balance": 0.12345678901234567890123456789012345, "dateAdd": "2026-05-01 12:30:00.1234567"
    }]}]}]}"#;
    let report = stop_lists(text);
    assert_eq!(
        lines(&report.losses),
        [
            "terminalGroupStopLists[].items[].items[].balance: the number is another one",
            "terminalGroupStopLists[].items[].items[].dateAdd: the text is another one",
        ]
    );
    assert!(!report.loses_nothing());
}

#[test]
fn a_body_that_does_not_decode_says_where() {
    let error = decode::answer("/api/1/stop_lists", r#"{"terminalGroupStopLists": 3}"#)
        .expect_err("a number is no list");
    let Error::Mismatch(cause) = error else {
        panic!("{error}")
    };
    assert!(cause.to_string().contains("column 28"), "{cause}");
}

#[test]
fn a_refused_order_decodes_whether_its_code_is_a_word_or_a_number() {
    for code in ["\"DuplicatedOrderId\"", "192", "\"192\""] {
        let text = format!(
            r#"{{"orderInfo": {{"id": "00000000-0000-0000-0000-000000000007", "errorInfo": {{"code": {code}}}}}}}"#
        );
        let report = decode::answer("/api/1/deliveries/create", &text).expect("decodes");
        assert!(report.loses_nothing(), "{code}: {report:?}");
    }
}

#[test]
fn an_unknown_path_is_refused_by_name() {
    let error = decode::answer("/api/1/stoplists", "{}").expect_err("no such path");
    assert_eq!(
        error.to_string(),
        "the contract has no operation `/api/1/stoplists`"
    );
}

#[test]
fn a_call_and_a_refusal_decode_too() {
    let report = decode::call("/api/1/stop_lists", r#"{"organizationIds": [], "size": 1}"#);
    assert_eq!(
        lines(&report.expect("decodes").unknown_fields),
        ["size: a number"]
    );
    let refusal =
        r#"{"correlationId": null, "errorDescription": "no", "error": "ORGANIZATION_DENIED"}"#;
    assert!(
        decode::refusal(refusal)
            .expect("decodes")
            .is_as_the_contract_says()
    );
}
