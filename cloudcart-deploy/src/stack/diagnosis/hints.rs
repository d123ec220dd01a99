//! What helps against the common reasons: a table from the words of a reason to a hint. The first row that fits counts, so
//! rows that know more stand before those that know less.

/// A row: what it is about, how it is recognised, what helps.
struct Known {
    /// What it is about; tests name rows by it.
    #[cfg_attr(not(test), allow(dead_code, reason = "tests name rows by it"))]
    name: &'static str,
    /// Alternatives: all words of one of them stand in the reason, whatever their case.
    words: &'static [&'static [&'static str]],
    /// The type that a resource must have; empty for any.
    kind: &'static str,
    hint: Hint,
}

enum Hint {
    Says(&'static str),
    /// Made from the reason; the second text is said when the reason does not hold what it would name.
    Names(fn(&str) -> Option<String>, &'static str),
}

const fn says(
    name: &'static str,
    kind: &'static str,
    words: &'static [&'static [&'static str]],
    text: &'static str,
) -> Known {
    Known { name, words, kind, hint: Hint::Says(text) }
}

const fn names(
    name: &'static str,
    words: &'static [&'static [&'static str]],
    make: fn(&str) -> Option<String>,
    otherwise: &'static str,
) -> Known {
    Known { name, words, kind: "", hint: Hint::Names(make, otherwise) }
}

/// What helps against a reason, for a resource of that type (empty if it is about no resource).
pub fn hint_for(resource_type: &str, reason: &str) -> Option<String> {
    let row = row_for(resource_type, reason)?;
    Some(match row.hint {
        Hint::Says(text) => text.to_owned(),
        Hint::Names(make, otherwise) => make(reason).unwrap_or_else(|| otherwise.to_owned()),
    })
}

fn row_for(resource_type: &str, reason: &str) -> Option<&'static Known> {
    let reason = reason.to_ascii_lowercase();
    TABLE.iter().find(|row| {
        (row.kind.is_empty() || row.kind == resource_type)
            && row.words.iter().any(|all| all.iter().all(|word| reason.contains(word)))
    })
}

static TABLE: &[Known] = &[
    says(
        "environment key",
        "",
        &[
            &["kms access was denied"],
            &["kms key", "denied"],
            &["kms:", "is not authorized to perform"],
            &["kmsaccessdenied"],
        ],
        "the key's policy, and that of the role which uses it, must both allow kms:Decrypt (and kms:GenerateDataKey to write); \
         a disabled key, or one of another region, reads the same",
    ),
    names(
        "missing permission",
        &[&["is not authorized to perform:"], &["is not authorized to perform "]],
        missing_permission,
        "the credentials of the deployment lack a permission: add the action that the reason names",
    ),
    says(
        "mapping's rights",
        "",
        &[&["execution role does not have permissions to call"]],
        "the function's role lacks that right on the source; for a queue it needs sqs:ReceiveMessage, sqs:DeleteMessage and \
         sqs:GetQueueAttributes, and the mapping must depend on the policy that grants them",
    ),
    says(
        "denied without a name",
        "",
        &[
            &["you are not authorized to perform this operation"],
            &["handlererrorcode: accessdenied"],
            &["api: ", "access denied"],
            &["handlererrorcode: unauthorizedtaggingoperation"],
        ],
        "the credentials of the deployment lack a permission which the service does not name; CloudTrail's event of that \
         time has it as errorMessage",
    ),
    says(
        "role not assumable",
        "",
        &[&["cannot be assumed by lambda"], &["cannot be assumed by principal"]],
        "the role's trust policy must let lambda.amazonaws.com assume it; if it does and the role is new, IAM had not spread \
         it yet: deploy again",
    ),
    names(
        "in another stack",
        &[&["already exists in stack"]],
        other_stack,
        "another stack owns a resource of that name: remove the physical name here, or the resource there",
    ),
    says(
        "mapping exists",
        "AWS::Lambda::EventSourceMapping",
        &[&["already exists"]],
        "the function already reads that source: remove the other mapping (`aws lambda delete-event-source-mapping --uuid …`, \
         with the UUID in the reason), and deploy again",
    ),
    says(
        "log group exists",
        "AWS::Logs::LogGroup",
        &[&["already exist"]],
        "a log group of that name is left over, or a function made it by logging: remove it with \
         `aws logs delete-log-group --log-group-name NAME`, or give this one another name",
    ),
    says(
        "bucket exists",
        "AWS::S3::Bucket",
        &[&["already exist"], &["bucketalreadyownedbyyou"]],
        "bucket names are taken for the whole world: leave the name away and CloudFormation makes one that is free",
    ),
    says(
        "name exists",
        "",
        &[
            &["already exists"],
            &["handlererrorcode: alreadyexists"],
            &["resourceconflictexception", "exist"],
            &["name_conflict_validation"],
        ],
        "something of that name is there which this stack does not own: leave the physical name away (CloudFormation makes \
         a free one), remove what is there, or import it into the stack",
    ),
    says(
        "queue deleted recently",
        "",
        &[&["wait 60 seconds after deleting a queue"], &["queuedeletedrecently"]],
        "SQS keeps a deleted queue's name for 60 seconds: deploy again in a minute; without a physical name this cannot happen",
    ),
    says(
        "named replacement",
        "",
        &[&["custom-named resource requires replacing"]],
        "the change needs a new resource beside the old one, which a fixed name forbids: leave the physical name away, or change it",
    ),
    says(
        "one index at a time",
        "",
        &[&["more than one gsi creation or deletion"], &["only 1 online index can be created or deleted"]],
        "a table takes one new or removed index per deployment: deploy the first one alone, then the next",
    ),
    says(
        "table busy",
        "",
        &[
            &["table is being"],
            &["index is being"],
            &["attempt to change a resource which is still in use"],
            &["resourceinuseexception"],
        ],
        "the table is still busy with an earlier change (building an index can take hours): wait until \
         `aws dynamodb describe-table` says ACTIVE, then deploy again",
    ),
    says(
        "code not there",
        "",
        &[&["s3 error code: nosuchkey"], &["the specified key does not exist"]],
        "the function's code is not in the bucket: deploy again, which uploads what is missing; on a rollback the old archive \
         was removed",
    ),
    says(
        "code bucket",
        "",
        &[
            &["s3 error code: nosuchbucket"],
            &["the specified bucket does not exist"],
            &["s3 error code: permanentredirect"],
        ],
        "the bucket with the code is gone or in another region; Lambda reads code from its own region alone: deploy again, \
         which makes the bucket",
    ),
    says(
        "code unreadable",
        "",
        &[&["s3 error code: accessdenied"], &["could not unzip uploaded file"]],
        "Lambda cannot read the archive: the deployer needs s3:GetObject on it, and it has to be a zip file",
    ),
    says(
        "code too large",
        "",
        &[&["unzipped size must be smaller"], &["request must be smaller than"], &["codestorageexceeded"]],
        "a function with its layers may have 250 MB unpacked: build with the profile `lambda` (it strips symbols), or take \
         large files out of the archive",
    ),
    says(
        "runtime",
        "",
        &[
            &["at 'runtime' failed to satisfy constraint"],
            &["runtime parameter of"],
            &["is no longer supported for creating or updating"],
            &["runtime", "is not supported"],
        ],
        "Lambda does not know that runtime, or not any more: a Rust function runs on `provided.al2023`",
    ),
    says(
        "handler",
        "",
        &[&["at 'handler' failed to satisfy constraint"]],
        "a handler has at most 128 characters and no space; for `provided.al2023` any word does, `bootstrap` by custom",
    ),
    says(
        "reserved concurrency",
        "",
        &[&["unreservedconcurrentexecution below its minimum"]],
        "the account has too few concurrent executions left to reserve any: reserve less, or none, or ask for more under \
         Service Quotas, Lambda, `Concurrent executions`",
    ),
    says(
        "visibility below timeout",
        "",
        &[&["visibility timeout", "less than function timeout"]],
        "the queue must hide a message longer than the function may run: six times the function's timeout is Lambda's advice",
    ),
    says(
        "environment too large",
        "",
        &[&["environment variables", "4kb"], &["environment variables", "4 kb"]],
        "a function's environment may have 4 KB in all: put what is large into a parameter or a secret, and its name into \
         the environment",
    ),
    says(
        "reserved variable",
        "",
        &[&["reserved keys that are currently not supported for modification"]],
        "Lambda sets that variable itself: choose a name that does not begin with AWS_ or LAMBDA_",
    ),
    says(
        "update under way",
        "",
        &[&["an update is in progress for resource"], &["the operation cannot be performed at this time"]],
        "somebody else changes that resource at this moment: wait until it is done and deploy again",
    ),
    says(
        "certificate",
        "",
        &[
            &["certificate", "does not exist"],
            &["certificate", "must be owned"],
            &["certificate arn"],
            &["certificate", "not issued"],
            &["unable to associate certificate"],
            &["certificate", "region"],
        ],
        "the certificate has to be issued, to cover the domain, and to be in the region of a regional API (in us-east-1 for \
         CloudFront)",
    ),
    says(
        "domain",
        "",
        &[
            &["cnames you provided are already associated"],
            &["domain name you provided already"],
            &["cnamealreadyexists"],
        ],
        "the domain name belongs to another distribution or API: remove it there first",
    ),
    says(
        "rate",
        "",
        &[
            &["rate exceeded"],
            &["throttling"],
            &["too many requests"],
            &["toomanyrequests"],
            &["requestlimitexceeded"],
            &["request limit exceeded"],
        ],
        "the account makes too many calls at once: deploy again in some minutes; if it comes back, deploy stacks one after another",
    ),
    says(
        "quota",
        "",
        &[
            &["servicelimitexceeded"],
            &["limitexceeded"],
            &["limit exceeded"],
            &["limit for", "exceeded"],
            &["quota"],
            &["maximum number of"],
            &["number of resources", "greater than maximum"],
            &["policylengthexceeded"],
        ],
        "a limit of the account or the service is reached: remove what is unused, or ask for more under Service Quotas",
    ),
    says(
        "bucket not empty",
        "",
        &[&["bucket you tried to delete is not empty"], &["bucketnotempty"], &["is not empty. you must either delete"]],
        "empty the bucket, versions too, or give it `DeletionPolicy: Retain`; `cloudcart destroy` empties the buckets of its stack",
    ),
    names(
        "cycle",
        &[&["circular dependency between resources"]],
        cycle,
        "these resources need one another: give one of the references up, or move it into a resource of its own",
    ),
    names(
        "no such export",
        &[&["no export named"]],
        missing_export,
        "the stack that exports that value is not there, or in another region",
    ),
    says(
        "export in use",
        "",
        &[&["cannot be deleted as it is in use by"], &["cannot be updated as it is in use by"]],
        "another stack imports that value: change that stack first, so that it no longer does",
    ),
    says(
        "export taken",
        "",
        &[&["is already exported by stack"]],
        "an export's name is unique in a region: choose another, with the stack's name in it",
    ),
    says(
        "capabilities",
        "",
        &[&["requires capabilities"], &["insufficientcapabilities"]],
        "the template makes roles or uses a macro, and the call did not agree to that; `cloudcart deploy` agrees to roles, \
         not to macros",
    ),
    says(
        "stack policy",
        "",
        &[&["denied by stack policy"]],
        "the stack's own policy protects that resource: change it with `aws cloudformation set-stack-policy`, for this \
         deployment or for good",
    ),
    says(
        "hook",
        "",
        &[&["hook(s) failed"], &["hook(s)/validation failed"], &["hook ", "::"]],
        "a rule of the account forbids this: mend what it names, or ask whoever runs the hook",
    ),
    says(
        "policy principal",
        "",
        &[&["invalid principal in policy"], &["malformedpolicydocument"]],
        "a policy names a principal that is not there, or is written wrongly: a role must exist before a policy names it",
    ),
    says(
        "properties",
        "",
        &[
            &["properties validation failed"],
            &["model validation failed"],
            &["extraneous key"],
            &["required key"],
            &["encountered unsupported property"],
            &["value of property"],
            &["failed to satisfy constraint"],
            &["required property"],
        ],
        "the reason names the property after `#/`; `cloudcart synth` shows what the template says there",
    ),
    says(
        "attribute",
        "",
        &[&["does not support attribute"], &["in fn::getatt"], &["attribute", "doesn't exist"]],
        "the type has no such attribute: its reference lists under `Return values` what Fn::GetAtt gives",
    ),
    says(
        "unresolved reference",
        "",
        &[&["unresolved resource dependencies"], &["unresolved references"]],
        "the template refers to something that is not in it: a wrong logical id, or a resource whose condition is false",
    ),
    says(
        "not stabilised",
        "",
        &[
            &["notstabilized"],
            &["did not stabilize"],
            &["exceeded attempts to wait"],
            &["timed out waiting"],
            &["waitcondition timed out"],
        ],
        "the resource was made but never became ready: the service's own events or logs say why; often a missing right to \
         read its state, or a target that is out of reach",
    ),
    says(
        "expired",
        "",
        &[&["security token included in the request is expired"], &["expiredtoken"], &["token has expired"]],
        "the credentials ran out while the stack was at work, which uses them to the end: sign in again and deploy again",
    ),
    says("cancelled by hand", "", &[&["user initiated"]], "somebody cancelled the operation"),
    says(
        "not found",
        "",
        &[&["handlererrorcode: notfound"], &["resourcenotfoundexception"], &["was not found"], &["does not exist"]],
        "something that the resource needs is gone, perhaps removed by hand: `cloudcart diff --drift` shows what differs from \
         the stack",
    ),
    says(
        "service failed",
        "",
        &[
            &["internal failure"],
            &["internalfailure"],
            &["serviceinternalerror"],
            &["internal service error"],
            &["internal error"],
        ],
        "the service failed and gives no reason: deploy again; if it comes back, look at the AWS Health Dashboard, and at what \
         the resource refers to (a secret or key that is not there reads the same)",
    ),
    says(
        "bad request",
        "",
        &[&["handlererrorcode: invalidrequest"], &["invalid request provided"]],
        "the service refuses a value: the reason says which; `cloudcart synth` shows what the template says there",
    ),
];

/// The words between two marks.
fn between<'a>(text: &'a str, start: &str, ends: &[&str]) -> Option<&'a str> {
    let at = text.to_ascii_lowercase().find(&start.to_ascii_lowercase())? + start.len();
    let rest = text.get(at..)?.trim_start();
    let end = ends.iter().filter_map(|end| rest.find(end)).min().unwrap_or(rest.len());
    Some(rest[..end].trim()).filter(|found| !found.is_empty())
}

fn missing_permission(reason: &str) -> Option<String> {
    let ends = [" ", "\"", "(", ","];
    let action = between(reason, "not authorized to perform:", &ends)
        .or_else(|| between(reason, "not authorized to perform ", &ends))?
        .trim_end_matches('.');
    let resource = between(reason, "on resource:", &[" because", " with an explicit", "\"", " ("])
        .map(|resource| resource.trim_end_matches('.'));
    let place = resource.map(|resource| format!(" on {resource}")).unwrap_or_default();
    if reason.contains("with an explicit deny") {
        return Some(format!(
            "a policy explicitly denies `{action}`{place} (a boundary, or the organisation's): another Allow does not help"
        ));
    }
    let who = between(reason, "User:", &[" is not authorized"]).map_or("the credentials of the deployment", |who| who);
    Some(format!("allow `{action}`{place} for {who}, then deploy again"))
}

fn other_stack(reason: &str) -> Option<String> {
    let arn = between(reason, "already exists in stack", &[" ", "\"", ",", ")"])?;
    let name = arn.split('/').nth(1)?;
    Some(format!(
        "stack `{name}` owns a resource of that name: leave the physical name away here, or remove the resource there"
    ))
}

fn cycle(reason: &str) -> Option<String> {
    let ids = between(reason, "between resources: [", &["]"])?;
    let ids: Vec<&str> = ids.split(',').map(str::trim).collect();
    Some(format!(
        "{} need one another: give one of the references up, or move it into a resource of its own (a policy, a permission)",
        ids.join(", ")
    ))
}

fn missing_export(reason: &str) -> Option<String> {
    let name = between(reason, "no export named", &[" found"])?;
    Some(format!("no stack of this region exports `{name}`: deploy the one that does first, or check the spelling"))
}

#[cfg(test)]
#[path = "hints_tests.rs"]
mod tests;
