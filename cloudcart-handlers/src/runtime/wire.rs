//! HTTP/1.1 with the Runtime API, which blocks: while a function waits for an event, and while Lambda takes its answer, it has
//! nothing else to do, and a channel to a task that owns the connection costs more than the words themselves.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use httparse::{Header, Status};

/// Headers of an answer, at most.
const MOST_HEADERS: usize = 64;
/// The head of an answer, at most, in bytes. An invocation's client context has 3,583 of them at the most.
const LONGEST_HEAD: usize = 64 * 1024;

/// A connection, and how often it was used.
#[derive(Debug)]
pub(super) struct Connection {
    stream: TcpStream,
    /// Whether the other side has answered on it before: it may have closed it since.
    used: bool,
}

/// An answer. Header names are in lower case.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: u16,
    headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    /// Whether another request may follow on the same connection.
    reusable: bool,
}

impl Answer {
    /// A header's value, if it is there and not empty.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(other, _)| other == name)?;
        Some(found.1.as_str()).filter(|value| !value.is_empty())
    }

    pub(super) const fn is_success(&self) -> bool {
        self.status / 100 == 2
    }
}

/// What went wrong with a request.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The other side closed the connection while nobody used it: the request may be made again on a new one.
    Stale,
    /// Anything else.
    Io(io::Error),
}

impl Connection {
    pub(super) fn open(address: &str, patience: Option<Duration>) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(patience)?;
        Ok(Self { stream, used: false })
    }

    /// Sends a request, head and body in one, and reads the whole answer. Gives the connection back if it can be used again.
    pub(super) fn exchange(mut self, request: &[u8]) -> Result<(Answer, Option<Self>), Trouble> {
        let used = self.used;
        let gone = |error: io::Error| match error.kind() {
            ErrorKind::BrokenPipe | ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted if used => Trouble::Stale,
            _ => Trouble::Io(error),
        };
        self.stream.write_all(request).map_err(gone)?;
        let mut buffer = Vec::with_capacity(8 * 1024);
        if more(&mut self.stream, &mut buffer).map_err(gone)? == 0 {
            return Err(if used { Trouble::Stale } else { Trouble::Io(ended()) });
        }
        let answer = answer(&mut self.stream, buffer).map_err(Trouble::Io)?;
        self.used = true;
        let connection = answer.reusable.then_some(self);
        Ok((answer, connection))
    }
}

/// Reads on. The number of bytes that came, 0 at the end.
fn more(stream: &mut impl Read, buffer: &mut Vec<u8>) -> io::Result<usize> {
    let filled = buffer.len();
    buffer.resize(filled + (buffer.capacity() - filled).clamp(8 * 1024, 64 * 1024), 0);
    let read = loop {
        match stream.read(&mut buffer[filled..]) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            other => break other,
        }
    };
    buffer.truncate(filled + read.as_ref().copied().unwrap_or(0));
    read
}

/// As [`more`], where an end would come too early.
fn needed(stream: &mut impl Read, buffer: &mut Vec<u8>) -> io::Result<()> {
    if more(stream, buffer)? == 0 { Err(ended()) } else { Ok(()) }
}

/// The answer that `buffer` holds the start of.
fn answer(stream: &mut impl Read, mut buffer: Vec<u8>) -> io::Result<Answer> {
    let (mut answer, length, start) = loop {
        if let Some(head) = head(&buffer)? {
            break head;
        }
        if buffer.len() > LONGEST_HEAD {
            return Err(invalid("a head of more than 64 KiB"));
        }
        needed(stream, &mut buffer)?;
    };
    let mut rest = buffer.split_off(start);
    answer.body = match length {
        Length::Known(length) => {
            rest.reserve(length.saturating_sub(rest.len()).min(8 * 1024 * 1024));
            while rest.len() < length {
                needed(stream, &mut rest)?;
            }
            // Nothing was asked for yet that could be answered by more.
            answer.reusable &= rest.len() == length;
            rest.truncate(length);
            rest
        }
        Length::Chunked => chunks(stream, rest)?,
        Length::UntilTheEnd => {
            while more(stream, &mut rest)? > 0 {}
            rest
        }
    };
    Ok(answer)
}

/// How long a body is (RFC 9112, 6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Length {
    Known(usize),
    Chunked,
    UntilTheEnd,
}

/// Status and headers, how long the body is, and where it starts; none while the head is not whole.
fn head(buffer: &[u8]) -> io::Result<Option<(Answer, Length, usize)>> {
    let mut space = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut parsed = httparse::Response::new(&mut space);
    let start = match parsed.parse(buffer).map_err(|error| invalid(&error.to_string()))? {
        Status::Complete(start) => start,
        Status::Partial => return Ok(None),
    };
    let status = parsed.code.ok_or_else(|| invalid("no status"))?;
    let headers = parsed.headers.iter().map(field).collect::<io::Result<Vec<_>>>()?;
    // Of HTTP/1.0, whose connections end after an answer.
    let recent = parsed.version == Some(1);
    let mut answer = Answer { status, headers, body: Vec::new(), reusable: recent };
    let says = |name: &str, value: &str| {
        answer.header(name).is_some_and(|all| all.split(',').any(|one| one.trim().eq_ignore_ascii_case(value)))
    };
    let length = if says("transfer-encoding", "chunked") {
        Length::Chunked
    } else if let Some(length) = answer.header("content-length") {
        Length::Known(length.parse().map_err(|_| invalid("a content-length that is no number"))?)
    } else if status == 204 || status == 304 {
        Length::Known(0)
    } else {
        Length::UntilTheEnd
    };
    answer.reusable = recent && !says("connection", "close") && length != Length::UntilTheEnd;
    Ok(Some((answer, length, start)))
}

fn field(header: &Header<'_>) -> io::Result<(String, String)> {
    let value = std::str::from_utf8(header.value).map_err(|_| invalid("a header that is no text"))?;
    Ok((header.name.to_ascii_lowercase(), value.trim().to_owned()))
}

/// A body in chunks (RFC 9112, 7.1), of which `rest` is the start. Trailers are read and dropped.
fn chunks(stream: &mut impl Read, mut rest: Vec<u8>) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    let mut at = 0;
    loop {
        let parsed = httparse::parse_chunk_size(&rest[at..]).map_err(|_| invalid("a chunk without a size"))?;
        let Status::Complete((after, size)) = parsed else {
            needed(stream, &mut rest)?;
            continue;
        };
        at += after;
        if size == 0 {
            break;
        }
        let size = usize::try_from(size).map_err(|_| invalid("a chunk that is too large"))?;
        let end = at.checked_add(size).ok_or_else(|| invalid("a chunk that is too large"))?;
        while rest.len() < end.saturating_add(2) {
            needed(stream, &mut rest)?;
        }
        body.extend_from_slice(&rest[at..end]);
        if &rest[end..end + 2] != b"\r\n" {
            return Err(invalid("a chunk that does not end where it says"));
        }
        at = end + 2;
    }
    // The trailers, up to an empty line.
    loop {
        match rest[at..].iter().position(|byte| *byte == b'\n') {
            Some(line) => {
                let empty = rest[at..at + line].iter().all(|byte| *byte == b'\r');
                at += line + 1;
                if empty {
                    return Ok(body);
                }
            }
            None => needed(stream, &mut rest)?,
        }
    }
}

fn ended() -> io::Error {
    io::Error::new(ErrorKind::UnexpectedEof, "the connection ended before the answer")
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, format!("no answer in HTTP/1.1: {what}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use proptest::prelude::*;

    use super::*;

    /// Gives its text in pieces of that size.
    struct Pieces<'a>(&'a [u8], usize);

    impl Read for Pieces<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let size = self.1.min(self.0.len()).min(buffer.len());
            let (piece, rest) = self.0.split_at(size);
            buffer[..size].copy_from_slice(piece);
            self.0 = rest;
            Ok(size)
        }
    }

    fn read(text: &str, piece: usize) -> io::Result<Answer> {
        answer(&mut Pieces(text.as_bytes(), piece), Vec::new())
    }

    #[test]
    fn an_answer_is_the_same_in_whatever_pieces_it_comes() {
        for (text, body, reusable) in [
            ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: a\r\n\r\nhello", "hello", true),
            ("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n", "", true),
            ("HTTP/1.1 204 No Content\r\n\r\n", "", true),
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive, Close\r\n\r\nok", "ok", false),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n",
                "hello",
                true,
            ),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n\n\r\n0\r\nA: b\r\nC: d\r\n\r\n", "\n", true),
            ("HTTP/1.1 200 OK\r\n\r\nuntil the end", "until the end", false),
            ("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", "ok", false),
        ] {
            for piece in [1, 2, 3, 7, 1000] {
                let answer = read(text, piece).unwrap_or_else(|error| panic!("{text} by {piece}: {error}"));
                assert_eq!((answer.body.as_slice(), answer.reusable), (body.as_bytes(), reusable), "{text} by {piece}");
            }
        }
        let answer = read("HTTP/1.1 200 OK\r\nLambda-Id:  x \r\nEmpty:\r\nContent-Length: 0\r\n\r\n", 9).unwrap();
        assert_eq!((answer.header("lambda-id"), answer.header("empty"), answer.header("no")), (Some("x"), None, None));
    }

    #[test]
    fn what_is_no_answer_is_an_error_that_says_so() {
        for (text, what) in [
            ("", "ended before"),
            ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", "ended before"),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhe", "ended before"),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhello\r\n", "does not end where it says"),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", "without a size"),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffff0\r\nx", "too large"),
            ("HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\n", "no number"),
            ("SMTP hello\r\n\r\n", "no answer in HTTP/1.1"),
        ] {
            let error = read(text, 4).unwrap_err().to_string();
            assert!(error.contains(what), "{text}: {error}");
        }
        let long = format!("HTTP/1.1 200 OK\r\nX: {}", "x".repeat(LONGEST_HEAD));
        assert!(read(&long, 4096).unwrap_err().to_string().contains("64 KiB"));
    }

    proptest! {
        /// Whatever comes: an answer or an error.
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>, chunked: bool, piece in 1_usize..20) {
            let kind = if chunked { "Transfer-Encoding: chunked" } else { "Content-Length: 9" };
            let mut text = format!("HTTP/1.1 200 OK\r\n{kind}\r\n\r\n").into_bytes();
            text.extend(&bytes);
            let _ = answer(&mut Pieces(&text, piece), Vec::new());
            let _ = answer(&mut Pieces(&bytes, piece), Vec::new());
        }
    }
}
