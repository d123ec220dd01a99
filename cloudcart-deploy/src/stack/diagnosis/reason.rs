//! The services' reasons for people: without the wrapping, and without the numbers that only a support case needs.

/// A reason without what CloudFormation wraps around it: of `Resource handler returned message: "X (Service: Lambda, Status
/// Code: 400, Request ID: …)" (RequestToken: …, HandlerErrorCode: AlreadyExists)` there remains `X (AlreadyExists)`.
pub fn readable(reason: &str) -> String {
    let mut text = reason.trim();
    let mut code = None;
    if let Some(rest) = text.strip_prefix("Resource handler returned message: ") {
        let (message, tail) = match rest.rfind(" (RequestToken: ") {
            Some(at) => (&rest[..at], &rest[at..]),
            None => (rest, ""),
        };
        let message = message.trim();
        text = message.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')).unwrap_or(message);
        code = tail.split_once("HandlerErrorCode: ").map(|(_, code)| code.trim_end_matches([')', '.']).trim());
    }
    // Nobody asked for this rollback but CloudFormation.
    let text = text.strip_suffix("Rollback requested by user.").unwrap_or(text).trim_end();
    let mut text = without_request(text);
    // A code that says nothing more than that something was wrong is left away.
    if let Some(code) = code.filter(|code| !["", "GeneralServiceException", "InvalidRequest", "null"].contains(code)) {
        text = format!("{text} ({code})");
    }
    text
}

/// Drops the brackets that name service, status code and request id.
fn without_request(text: &str) -> String {
    let mut text = text.to_owned();
    for marker in [" (Service: ", " (SDK Attempt Count: "] {
        while let Some(start) = text.find(marker) {
            // Proxies and extended ids never hold brackets.
            let Some(length) = text[start..].find(')') else { break };
            text.replace_range(start..=start + length, "");
        }
    }
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wrapping_goes_and_the_words_stay() {
        let cases = [
            (
                "Resource handler returned message: \"The role defined for the function cannot be assumed by Lambda. (Service: Lambda, Status Code: 400, Request ID: 599fd384-26c2-42ec-a937-b890f6f22c8c)\" (RequestToken: f533030b-2cdb-3807-388b-efb80fc469af, HandlerErrorCode: InvalidRequest)",
                "The role defined for the function cannot be assumed by Lambda.",
            ),
            (
                "Resource handler returned message: \"Resource of type 'AWS::Logs::LogGroup' with identifier '{\"/properties/LogGroupName\":\"shop\"}' already exists.\" (RequestToken: 34d4fe5b-3fc0-5ef1-a357-48740bb4c641, HandlerErrorCode: AlreadyExists)",
                "Resource of type 'AWS::Logs::LogGroup' with identifier '{\"/properties/LogGroupName\":\"shop\"}' already exists. (AlreadyExists)",
            ),
            (
                "Resource handler returned message: \"Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [10]. (Service: Lambda, Status Code: 400, Request ID: 2cf9e525-9405-4614-8856-7eb848e31575) (SDK Attempt Count: 1)\" (RequestToken: 31669d06-fa9d-ba9f-ce44-a2e5bbfbbfc1, HandlerErrorCode: InvalidRequest)",
                "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [10].",
            ),
            ("No export named shop-vpc found. Rollback requested by user.", "No export named shop-vpc found."),
            ("Internal Failure", "Internal Failure"),
            ("Resource handler returned message: null", "null"),
            ("", ""),
        ];
        for (reason, expected) in cases {
            assert_eq!(readable(reason), expected);
        }
    }
}
