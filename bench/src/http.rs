//! As much of HTTP/1.1 as handlers speak to the Runtime API and to DynamoDB: requests and answers with a length, on connections
//! that stay open. Blocking and by hand, so that the measuring side takes little of the machine's time and always the same.

use std::io::{self, BufRead, Write};

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `POST`, …
    pub method: String,
    /// The target as it stands in the request line.
    pub path: String,
    /// Names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Larger bodies end the connection: an answer of Lambda may have 6 MB.
const MOST: usize = 8 << 20;

/// Reads the next request; `None` when the connection was closed between requests.
pub fn read(stream: &mut impl BufRead) -> io::Result<Option<Request>> {
    let Some(first) = line(stream)? else { return Ok(None) };
    let mut words = first.split(' ');
    let (Some(method), Some(path)) = (words.next(), words.next()) else {
        return Err(invalid("no request line"));
    };
    let (method, path) = (method.to_owned(), path.to_owned());
    let mut headers = Vec::new();
    loop {
        let header = line(stream)?.ok_or_else(|| invalid("headers cut short"))?;
        if header.is_empty() {
            break;
        }
        let (name, value) = header.split_once(':').ok_or_else(|| invalid("a header without a colon"))?;
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut request = Request { method, path, headers, body: Vec::new() };
    if request.header("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
        request.body = chunked(stream)?;
    } else if let Some(length) = request.header("content-length") {
        let length = length.parse().ok().filter(|length| *length <= MOST).ok_or_else(|| invalid("content-length"))?;
        request.body = vec![0; length];
        stream.read_exact(&mut request.body)?;
    }
    Ok(Some(request))
}

fn chunked(stream: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let size = line(stream)?.ok_or_else(|| invalid("chunks cut short"))?;
        let size = usize::from_str_radix(size.split(';').next().unwrap_or_default().trim(), 16);
        let size = size.map_err(|_| invalid("a chunk's size"))?;
        let start = body.len();
        if size > MOST - start {
            return Err(invalid("too large"));
        }
        body.resize(start + size, 0);
        stream.read_exact(&mut body[start..])?;
        while let Some(rest) = line(stream)? {
            // After the last chunk trailers may follow; after any other only its line end.
            if rest.is_empty() || size > 0 {
                break;
            }
        }
        if size == 0 {
            return Ok(body);
        }
    }
}

fn line(stream: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut text = String::new();
    if stream.read_line(&mut text)? == 0 {
        return Ok(None);
    }
    text.truncate(text.trim_end_matches(['\r', '\n']).len());
    Ok(Some(text))
}

/// Writes an answer in one piece.
pub fn write(stream: &mut impl Write, status: &str, headers: &[(&str, &str)], body: &[u8]) -> io::Result<()> {
    let mut answer = format!("HTTP/1.1 {status}\r\n");
    for (name, value) in headers {
        answer.push_str(name);
        answer.push_str(": ");
        answer.push_str(value);
        answer.push_str("\r\n");
    }
    answer.push_str("content-length: ");
    answer.push_str(&body.len().to_string());
    answer.push_str("\r\n\r\n");
    let mut answer = answer.into_bytes();
    answer.extend_from_slice(body);
    stream.write_all(&answer)?;
    stream.flush()
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn requests_follow_each_other_on_one_connection() {
        let mut stream: &[u8] = b"POST /a HTTP/1.1\r\nContent-Length: 3\r\nX-A: b\r\n\r\nabcGET /b HTTP/1.1\r\n\r\n";
        let first = read(&mut stream).unwrap().unwrap();
        assert_eq!((first.method.as_str(), first.path.as_str(), first.body.as_slice()), ("POST", "/a", &b"abc"[..]));
        assert_eq!(first.header("x-a"), Some("b"));
        assert_eq!(read(&mut stream).unwrap().unwrap().path, "/b");
        assert_eq!(read(&mut stream).unwrap(), None);
    }

    #[test]
    fn a_chunked_body_is_put_together() {
        let mut stream: &[u8] =
            b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n";
        assert_eq!(read(&mut stream).unwrap().unwrap().body, b"abcde");
        assert_eq!(read(&mut stream).unwrap().unwrap().method, "GET");
    }

    #[test]
    fn what_is_no_http_is_an_error() {
        for bad in [
            &b"hello\r\n"[..],
            b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
            b"GET / HTTP/1.1\r\ncontent-length: 9999999999\r\n\r\n",
        ] {
            assert!(read(&mut &bad[..]).is_err(), "{}", String::from_utf8_lossy(bad));
        }
    }
}
