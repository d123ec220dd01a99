//! An endpoint that answers as it is told to: what AWS says where nothing is deployed, with another time, or with refusals.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, SystemTime};

/// How an endpoint answers.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Mood {
    /// As AWS does.
    Well,
    /// It knows none of the operations.
    NotOffered,
    /// The session of whoever asks is over.
    Expired,
    /// Whoever asks may only ask who they are.
    Denied,
    /// As AWS does, which takes no signature whose time is more than five minutes from its own.
    Strict,
    /// It takes the request and says nothing.
    Silent,
}

pub(crate) struct Endpoint {
    port: u16,
}

struct Request {
    line: String,
    /// In lower case.
    head: String,
    body: String,
}

impl Endpoint {
    /// Answers with the present time, moved by that many seconds.
    pub(crate) fn start(mood: Mood, moved: i64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { return };
                std::thread::spawn(move || serve(&stream, mood, moved));
            }
        });
        Self { port }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// A person's settings for this endpoint.
    pub(crate) fn settings(&self) -> Vec<(&'static str, String)> {
        let keys = [("AWS_ACCESS_KEY_ID", "AKIATEST"), ("AWS_SECRET_ACCESS_KEY", "test"), ("AWS_REGION", "eu-west-1")];
        let mut all: Vec<_> = keys.map(|(name, value)| (name, value.to_owned())).into();
        all.push(("AWS_ENDPOINT_URL", self.url()));
        all
    }
}

fn read(reader: &mut BufReader<&TcpStream>) -> Option<Request> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let line = head.lines().next()?.to_owned();
    let head = head.to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request { line, head, body: String::from_utf8_lossy(&body).into_owned() })
}

fn serve(stream: &TcpStream, mood: Mood, moved: i64) {
    let mut reader = BufReader::new(stream);
    while let Some(request) = read(&mut reader) {
        if matches!(mood, Mood::Silent) {
            // Until the other side gives up.
            let _ = reader.read(&mut [0]);
            return;
        }
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let now = Duration::from_secs(now.as_secs().checked_add_signed(moved).unwrap());
        let (status, kind, body) = answer(&request, mood, now.as_secs());
        let date = http_date(now);
        let length = body.len();
        let body = if request.line.starts_with("HEAD ") { "" } else { body.as_str() };
        let answer = format!(
            "HTTP/1.1 {status} X\r\ndate: {date}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        if (&*stream).write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

const XML: &str = "text/xml";
const JSON: &str = "application/x-amz-json-1.1";

fn answer(request: &Request, mood: Mood, now: u64) -> (u16, &'static str, String) {
    let error = |status, code: &str, message: &str| {
        if request.head.contains("x-amz-target:") || request.line.contains("/functions/") {
            return (status, JSON, format!("{{\"__type\":\"{code}\",\"message\":\"{message}\"}}"));
        }
        let body = format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
        );
        (status, XML, body)
    };
    // What is asked without a signature is only whether anybody is there.
    if request.line.starts_with("GET / ") {
        return error(403, "MissingAuthenticationToken", "sign it");
    }
    let asks_who = request.body.contains("Action=GetCallerIdentity");
    match mood {
        Mood::NotOffered => return error(501, "NotImplemented", "not here"),
        Mood::Expired => return error(403, "ExpiredToken", "The security token included in the request is expired"),
        Mood::Strict if !is_of_now(request, now) => {
            return error(403, "SignatureDoesNotMatch", "Signature expired: it is now later");
        }
        Mood::Denied if !asks_who => return error(403, "AccessDeniedException", "not for you"),
        _ => {}
    }
    if asks_who {
        let body = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
                    <Arn>arn:aws:iam::123456789012:user/test</Arn><UserId>AIDA</UserId><Account>123456789012</Account>\
                    </GetCallerIdentityResult></GetCallerIdentityResponse>";
        (200, XML, body.to_owned())
    } else if request.body.contains("Action=DescribeStacks") {
        error(400, "ValidationError", "Stack with id cloudcart-dev does not exist")
    } else if request.head.contains("x-amz-target: logs") {
        (200, JSON, "{\"logGroups\":[]}".to_owned())
    } else if request.head.contains("x-amz-target: amazonsqs") {
        error(400, "com.amazonaws.sqs#QueueDoesNotExist", "no queue")
    } else {
        error(if request.head.contains("x-amz-target:") { 400 } else { 404 }, "ResourceNotFoundException", "none")
    }
}

/// Whether the request was signed within five minutes of that time.
fn is_of_now(request: &Request, now: u64) -> bool {
    let signed = request.head.lines().find_map(|line| line.strip_prefix("x-amz-date: ")).unwrap_or_default().trim();
    (now - 300..=now + 300).any(|second| {
        let (year, month, day) = date_of(second);
        let (hour, minute) = (second / 3_600 % 24, second / 60 % 60);
        signed == format!("{year}{month:02}{day:02}t{hour:02}{minute:02}{:02}z", second % 60)
    })
}

/// A time as HTTP writes it.
fn http_date(since: Duration) -> String {
    let at = date_of(since.as_secs());
    let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let seconds = since.as_secs();
    let weekday = days[usize::try_from(seconds / 86_400 % 7).unwrap()];
    let (year, month, day) = at;
    format!(
        "{weekday}, {day:02} {} {year} {:02}:{:02}:{:02} GMT",
        months[month - 1],
        seconds / 3_600 % 24,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// Year, month and day of a time in seconds since 1970.
fn date_of(seconds: u64) -> (u64, usize, u64) {
    let is_leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let mut days = seconds / 86_400;
    let mut year = 1970;
    while days >= if is_leap(year) { 366 } else { 365 } {
        days -= if is_leap(year) { 366 } else { 365 };
        year += 1;
    }
    let february = if is_leap(year) { 29 } else { 28 };
    for (month, length) in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].into_iter().enumerate() {
        if days < length {
            return (year, month + 1, days + 1);
        }
        days -= length;
    }
    unreachable!("a year has twelve months")
}
