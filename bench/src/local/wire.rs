//! The load: requests as bytes on connections that stay open, one thread each. Blocking and by hand, so that what measures takes as
//! little of the machine as it can; what it takes is told by its ceiling against [`trivial`].

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Barrier, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

/// Longer than any answer takes, a long poll included.
const PATIENCE: Duration = Duration::from_mins(1);

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The body, its transfer coding removed.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// A connection that is kept open, and opened again after its server has closed it between two requests.
#[derive(Debug)]
pub struct Connection {
    address: SocketAddr,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
}

impl Connection {
    /// To that server; opened with the first request.
    pub fn to(address: SocketAddr) -> Self {
        Self { address, stream: None, buffer: Vec::with_capacity(16 << 10) }
    }

    /// Sends a request and reads its answer.
    pub fn call(&mut self, request: &[u8]) -> Result<Answer> {
        let kept = self.stream.is_some();
        match self.attempt(request) {
            // The server closed it while it was idle, so it has not seen the request.
            Err(error) if kept && error.kind() == io::ErrorKind::ConnectionAborted => {
                self.stream = None;
                self.attempt(request)
            }
            other => other,
        }
        .with_context(|| format!("no answer from {}", self.address))
    }

    fn attempt(&mut self, request: &[u8]) -> io::Result<Answer> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => open(self.address)?,
        };
        if let Err(error) = stream.write_all(request) {
            return Err(match error.kind() {
                io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset => io::ErrorKind::ConnectionAborted.into(),
                _ => error,
            });
        }
        self.buffer.clear();
        let (answer, stays) = read(&mut stream, &mut self.buffer)?;
        if stays {
            self.stream = Some(stream);
        }
        Ok(answer)
    }
}

fn open(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&address, Duration::from_secs(10))?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    Ok(stream)
}

/// Reads an answer, and whether the connection stays open after it.
fn read(stream: &mut impl Read, buffer: &mut Vec<u8>) -> io::Result<(Answer, bool)> {
    let head = loop {
        if let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
            buffer.drain(..end + 4);
            let status = head.get(9..12).and_then(|code| code.parse::<u16>().ok());
            let status = status.ok_or_else(|| invalid("no status line"))?;
            // `100 Continue` precedes an answer and is none.
            if status != 100 {
                break head;
            }
        } else if more(stream, buffer)? == 0 {
            // Nothing at all: closed before it saw the request.
            let empty = buffer.is_empty();
            return Err(if empty { io::ErrorKind::ConnectionAborted.into() } else { invalid("the head is cut short") });
        }
    };
    let status = head[9..12].parse().map_err(|_| invalid("no status line"))?;
    let header = |name: &str| {
        head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    };
    let stays = !header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
    if header("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
        return Ok((Answer { status, body: chunked(stream, buffer)? }, stays));
    }
    let length = match header("content-length") {
        Some(text) => text.parse().map_err(|_| invalid("content-length"))?,
        None => 0,
    };
    while buffer.len() < length {
        if more(stream, buffer)? == 0 {
            return Err(invalid("the body is cut short"));
        }
    }
    Ok((Answer { status, body: buffer.drain(..length).collect() }, stays))
}

fn chunked(stream: &mut impl Read, buffer: &mut Vec<u8>) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = loop {
            match buffer.windows(2).position(|two| two == b"\r\n") {
                Some(end) => break buffer.drain(..end + 2).collect::<Vec<_>>(),
                None if more(stream, buffer)? == 0 => return Err(invalid("chunks cut short")),
                None => {}
            }
        };
        let size = String::from_utf8_lossy(&line);
        let size = usize::from_str_radix(size.split(';').next().unwrap_or_default().trim(), 16);
        let size = size.map_err(|_| invalid("a chunk's size"))?;
        // With the line end behind it; trailers nobody sends here.
        while buffer.len() < size + 2 {
            if more(stream, buffer)? == 0 {
                return Err(invalid("chunks cut short"));
            }
        }
        body.extend(buffer.drain(..size + 2).take(size));
        if size == 0 {
            return Ok(body);
        }
    }
}

fn more(stream: &mut impl Read, buffer: &mut Vec<u8>) -> io::Result<usize> {
    let mut block = [0; 16 << 10];
    let size = stream.read(&mut block)?;
    buffer.extend_from_slice(&block[..size]);
    Ok(size)
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}

/// A request without a signature.
pub fn plain(method: &str, host: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\n");
    for &(name, value) in headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    if !body.is_empty() || method != "GET" {
        head.extend(["content-length: ", body.len().to_string().as_str(), "\r\n"]);
    }
    head.push_str("\r\n");
    let mut request = head.into_bytes();
    request.extend_from_slice(body);
    request
}

/// What a load came to.
#[derive(Debug)]
pub struct Loaded {
    /// How many rounds of `work` were done.
    pub done: usize,
    /// From the common start to the end of the last.
    pub time: Duration,
    /// Of each.
    pub latencies: Vec<Duration>,
}

impl Loaded {
    /// Rounds a second.
    #[allow(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    pub fn rate(&self) -> f64 {
        self.done as f64 / self.time.as_secs_f64().max(f64::EPSILON)
    }
}

/// Does `work` over and over on that many connections at once, for `time` and at least once each. `make` gives each connection its
/// work. The first error ends all.
pub fn load<W>(address: SocketAddr, connections: usize, time: Duration, make: impl Fn(usize) -> W) -> Result<Loaded>
where
    W: FnMut(&mut Connection) -> Result<()> + Send,
{
    let start = Barrier::new(connections);
    let failed = Mutex::new(None);
    let works: Vec<W> = (0..connections).map(make).collect();
    let all: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = works
            .into_iter()
            .map(|mut work| {
                let (start, failed) = (&start, &failed);
                scope.spawn(move || {
                    let mut connection = Connection::to(address);
                    // Opening it belongs to nobody's latency.
                    connection.stream = open(address).ok();
                    start.wait();
                    let began = Instant::now();
                    let until = began + time;
                    let mut latencies = Vec::new();
                    loop {
                        let begin = Instant::now();
                        if let Err(error) = work(&mut connection) {
                            failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                        }
                        let end = Instant::now();
                        latencies.push(end - begin);
                        if end >= until || failed.lock().unwrap_or_else(PoisonError::into_inner).is_some() {
                            return (began, end, latencies);
                        }
                    }
                })
            })
            .collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    if let Some(error) = failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(error);
    }
    // By those who worked: whoever waits for them may be told late that they began.
    let began = all.iter().map(|(began, ..)| *began).min().context("no connection did anything")?;
    let ended = all.iter().map(|(_, ended, _)| *ended).max().context("no connection did anything")?;
    let latencies: Vec<Duration> = all.into_iter().flat_map(|(.., latencies)| latencies).collect();
    Ok(Loaded { done: latencies.len(), time: ended.saturating_duration_since(began), latencies })
}

/// Work that sends one request over and over, and wants its answer to be a success that contains `expected`.
pub fn same<'a>(request: &'a [u8], expected: &'a str) -> impl FnMut(&mut Connection) -> Result<()> + Send + 'a {
    move |connection| {
        let answer = connection.call(request)?;
        // A fast wrong answer is worth nothing.
        if answer.status != 200 || !answer.body.windows(expected.len().max(1)).any(|part| part == expected.as_bytes()) {
            bail!("status {}, not an answer with `{expected}`: {}", answer.status, answer.text());
        }
        Ok(())
    }
}

/// The least a server can do: answers anything with the same words, one thread a connection. Prints its port and never returns.
#[allow(clippy::print_stdout, reason = "whoever started it reads the port")]
pub fn trivial() -> Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port")?;
    println!("{}", listener.local_addr()?.port());
    for stream in listener.incoming() {
        let mut stream = stream?;
        stream.set_nodelay(true)?;
        std::thread::spawn(move || {
            let mut buffer = [0; 16 << 10];
            // Requests without a body that arrive in one piece, as the load sends them.
            while let Ok(size) = stream.read(&mut buffer) {
                let answer = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 5\r\n\r\nhello";
                if size == 0 || stream.write_all(answer).is_err() {
                    return;
                }
            }
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    fn parse(text: &str) -> (Answer, bool) {
        read(&mut text.as_bytes(), &mut Vec::new()).unwrap()
    }

    #[test]
    fn answers_are_read_in_each_of_their_forms() {
        let (answer, stays) = parse("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
        assert_eq!((answer.status, answer.text().as_str(), stays), (200, "hello", true));
        let (answer, stays) = parse(
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\nconnection: close\r\nTransfer-Encoding: chunked\r\n\r\n\
             3\r\nabc\r\n2;x\r\nde\r\n0\r\n\r\n",
        );
        assert_eq!((answer.status, answer.text().as_str(), stays), (404, "abcde", false));
        assert_eq!(parse("HTTP/1.1 204 No Content\r\n\r\n").0.body, b"");
        for bad in ["HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello", "HTTP/1.1 200 OK\r\n", "nonsense\r\n\r\n", ""]
        {
            assert!(read(&mut bad.as_bytes(), &mut Vec::new()).is_err(), "{bad:?}");
        }
    }

    /// Serves connections one after the other, so many requests each.
    fn server(requests: usize) -> SocketAddr {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                for _ in 0..requests {
                    let _ = stream.read(&mut [0; 1024]);
                    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
                }
            }
        });
        address
    }

    #[test]
    fn a_connection_that_the_server_closed_is_opened_again() {
        let mut connection = Connection::to(server(1));
        for _ in 0..3 {
            assert_eq!(connection.call(&plain("GET", "x", "/", &[], b"")).unwrap().body, b"ok");
        }
    }

    #[test]
    fn a_load_counts_what_was_answered_and_fails_with_what_was_not() {
        let address = server(usize::MAX);
        let request = plain("GET", "x", "/", &[], b"");
        let loaded = load(address, 1, Duration::from_millis(30), |_| same(&request, "ok")).unwrap();
        assert_eq!(loaded.done, loaded.latencies.len());
        assert!(loaded.done >= 1 && loaded.time >= Duration::from_millis(30), "{loaded:?}");
        let error = load(server(usize::MAX), 1, Duration::from_secs(9), |_| same(&request, "yes")).unwrap_err();
        assert!(error.to_string().contains("not an answer with `yes`"), "{error}");
    }
}
