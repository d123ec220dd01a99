//! 64 MB of memory, and Lambda starts at 128.

use cloudcart_cfn::lambda;
use cloudcart_cfn::prelude::*;

fn main() {
    let _ = lambda::Function::new(lambda::function::Code::new(), Arn::literal("arn:aws:iam::123456789012:role/worker"))
        .memory_size(int!(64));
}
