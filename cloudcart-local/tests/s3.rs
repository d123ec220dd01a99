//! S3 through the unmodified SDK: what a deployment does with its asset bucket, and objects byte by byte.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use aws_sdk_s3::{
    Client,
    error::ProvideErrorMetadata as _,
    operation::complete_multipart_upload::builders::CompleteMultipartUploadFluentBuilder,
    presigning::PresigningConfig,
    primitives::ByteStream,
    types::{
        BucketLifecycleConfiguration, ChecksumAlgorithm, ChecksumType, CompletedMultipartUpload, CompletedPart, Delete,
        ExpirationStatus, LifecycleExpiration, LifecycleRule, LifecycleRuleFilter, ObjectIdentifier,
        PublicAccessBlockConfiguration,
    },
};
use cloudcart_local::LocalCloud;
use serde_json::json;
use std::time::Duration;
use support::{assume, cloud, role, root, s3};

async fn bucket(cloud: &LocalCloud) -> Client {
    let client = s3(cloud, root(cloud));
    client.create_bucket().bucket("shop").send().await.unwrap();
    client
}

async fn content(client: &Client, key: &str) -> Vec<u8> {
    let got = client.get_object().bucket("shop").key(key).send().await.unwrap();
    got.body.collect().await.unwrap().to_vec()
}

#[tokio::test]
async fn a_deployments_asset_bucket_can_be_made_and_used() {
    let cloud = cloud().await;
    let client = s3(&cloud, root(&cloud));
    let name = "cloudcart-assets-000000000000-us-east-1";
    assert!(client.head_bucket().bucket(name).send().await.unwrap_err().into_service_error().is_not_found());
    client.create_bucket().bucket(name).send().await.unwrap();
    let block = PublicAccessBlockConfiguration::builder().block_public_acls(true).restrict_public_buckets(true).build();
    client.put_public_access_block().bucket(name).public_access_block_configuration(block).send().await.unwrap();
    let got = client.get_public_access_block().bucket(name).send().await.unwrap();
    assert_eq!(got.public_access_block_configuration().unwrap().block_public_acls(), Some(true));

    let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*",
        "Resource": format!("arn:aws:s3:::{name}/*"), "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]})
    .to_string();
    client.put_bucket_policy().bucket(name).policy(&policy).send().await.unwrap();
    assert_eq!(client.get_bucket_policy().bucket(name).send().await.unwrap().policy(), Some(&*policy));

    let rule = LifecycleRule::builder()
        .id("old")
        .status(ExpirationStatus::Enabled)
        .filter(LifecycleRuleFilter::builder().prefix("").build())
        .expiration(LifecycleExpiration::builder().days(30).build())
        .build()
        .unwrap();
    let lifecycle = BucketLifecycleConfiguration::builder().rules(rule).build().unwrap();
    client.put_bucket_lifecycle_configuration().bucket(name).lifecycle_configuration(lifecycle).send().await.unwrap();
    let got = client.get_bucket_lifecycle_configuration().bucket(name).send().await.unwrap();
    assert_eq!(got.rules()[0].id(), Some("old"));

    let put = |owner: &str| {
        client
            .put_object()
            .bucket(name)
            .key("functions/abc.zip")
            .expected_bucket_owner(owner)
            .if_none_match("*")
            .body(ByteStream::from_static(b"PK\x03\x04"))
            .send()
    };
    assert_eq!(put("111111111111").await.unwrap_err().code(), Some("AccessDenied"));
    put("000000000000").await.unwrap();
    assert_eq!(put("000000000000").await.unwrap_err().code(), Some("PreconditionFailed"));
    let head = client.head_object().bucket(name).key("functions/abc.zip").expected_bucket_owner("000000000000");
    assert_eq!(head.send().await.unwrap().content_length(), Some(4));
    let object = cloud.object_source().object(name, "functions/abc.zip").await.unwrap();
    assert_eq!(&object[..], b"PK\x03\x04");
    cloud.shutdown().await;
}

#[tokio::test]
async fn bytes_come_back_exactly_whatever_the_framing() {
    let cloud = cloud().await;
    let client = bucket(&cloud).await;
    let data: Vec<u8> = (0..200_000_u32).map(|n| u8::try_from(n * 7 % 251).unwrap()).collect();
    // From memory: the checksum is a header. From a file: the body is aws-chunked and the checksum trails it.
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &data).unwrap();
    client.put_object().bucket("shop").key("memory").body(data.clone().into()).send().await.unwrap();
    let streamed = ByteStream::from_path(file.path()).await.unwrap();
    client.put_object().bucket("shop").key("file").body(streamed).send().await.unwrap();
    assert_eq!(content(&client, "memory").await, data);
    assert_eq!(content(&client, "file").await, data);
    for algorithm in
        [ChecksumAlgorithm::Crc32C, ChecksumAlgorithm::Crc64Nvme, ChecksumAlgorithm::Sha1, ChecksumAlgorithm::Sha256]
    {
        let body = ByteStream::from_path(file.path()).await.unwrap();
        client.put_object().bucket("shop").key("sum").checksum_algorithm(algorithm).body(body).send().await.unwrap();
        assert_eq!(content(&client, "sum").await, data);
    }
    let wrong = client.put_object().bucket("shop").key("bad").checksum_crc32("AAAAAA==").body(data.into()).send().await;
    assert_eq!(wrong.unwrap_err().code(), Some("BadDigest"));
    assert!(client.head_object().bucket("shop").key("bad").send().await.is_err(), "nothing was written");
    cloud.shutdown().await;
}

#[tokio::test]
async fn keys_are_not_paths() {
    let cloud = cloud().await;
    let client = bucket(&cloud).await;
    let keys = ["a", "a/b", "a//c", "../up", "a b+c&d=é/ü?#%", "x/./y"];
    for key in keys {
        client.put_object().bucket("shop").key(key).body(key.as_bytes().to_vec().into()).send().await.unwrap();
    }
    for key in keys {
        assert_eq!(content(&client, key).await, key.as_bytes(), "{key}");
    }
    let listed = client.list_objects_v2().bucket("shop").send().await.unwrap();
    let mut sorted: Vec<&str> = keys.to_vec();
    sorted.sort_unstable();
    assert_eq!(listed.contents().iter().map(|object| object.key().unwrap()).collect::<Vec<_>>(), sorted);
    cloud.shutdown().await;
}

#[tokio::test]
async fn listings_group_and_page() {
    let cloud = cloud().await;
    let client = bucket(&cloud).await;
    for key in ["a/1", "a/2", "a/3", "b", "c/1", "d", "e/1/x"] {
        client.put_object().bucket("shop").key(key).body(ByteStream::from_static(b"x")).send().await.unwrap();
    }
    let mut pages = client.list_objects_v2().bucket("shop").delimiter("/").max_keys(2).into_paginator().send();
    let (mut keys, mut groups, mut count) = (Vec::new(), Vec::new(), 0);
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        count += 1;
        assert!(page.key_count().unwrap() <= 2);
        keys.extend(page.contents().iter().map(|object| object.key().unwrap().to_owned()));
        groups.extend(page.common_prefixes().iter().map(|group| group.prefix().unwrap().to_owned()));
    }
    assert_eq!((keys.join(" ").as_str(), groups.join(" ").as_str(), count), ("b d", "a/ c/ e/", 3));
    let under = client.list_objects_v2().bucket("shop").prefix("a/").start_after("a/1").send().await.unwrap();
    assert_eq!(under.contents().len(), 2);
    cloud.shutdown().await;
}

#[tokio::test]
async fn ranges_conditions_metadata_and_copies() {
    let cloud = cloud().await;
    let client = bucket(&cloud).await;
    let put = client
        .put_object()
        .bucket("shop")
        .key("k")
        .content_type("text/plain")
        .metadata("colour", "red")
        .body(ByteStream::from_static(b"0123456789"));
    let etag = put.send().await.unwrap().e_tag().unwrap().to_owned();
    let part = client.get_object().bucket("shop").key("k").range("bytes=2-4").send().await.unwrap();
    assert_eq!(part.content_range(), Some("bytes 2-4/10"));
    assert_eq!(part.body.collect().await.unwrap().to_vec(), b"234");
    let same = client.get_object().bucket("shop").key("k").if_none_match(&etag).send().await.unwrap_err();
    assert_eq!(same.raw_response().unwrap().status().as_u16(), 304);
    let other = client.get_object().bucket("shop").key("k").if_match("\"x\"").send().await.unwrap_err();
    assert_eq!(other.code(), Some("PreconditionFailed"));
    client.copy_object().bucket("shop").key("copy").copy_source("shop/k").send().await.unwrap();
    let copy = client.head_object().bucket("shop").key("copy").send().await.unwrap();
    assert_eq!((copy.content_type(), copy.metadata().unwrap()["colour"].as_str()), (Some("text/plain"), "red"));
    let absent = client.get_object().bucket("shop").key("none").send().await.unwrap_err();
    assert!(absent.into_service_error().is_no_such_key());
    let nowhere = client.get_object().bucket("nowhere").key("k").send().await.unwrap_err();
    assert_eq!(nowhere.code(), Some("NoSuchBucket"));
    cloud.shutdown().await;
}

#[tokio::test]
async fn a_bucket_goes_only_when_it_is_empty() {
    let cloud = cloud().await;
    let client = bucket(&cloud).await;
    for key in ["a", "b<&>"] {
        client.put_object().bucket("shop").key(key).body(ByteStream::from_static(b"x")).send().await.unwrap();
    }
    assert_eq!(client.delete_bucket().bucket("shop").send().await.unwrap_err().code(), Some("BucketNotEmpty"));
    let key = |key: &str| ObjectIdentifier::builder().key(key).build().unwrap();
    let delete = Delete::builder().objects(key("a")).objects(key("b<&>")).objects(key("none")).build().unwrap();
    let deleted = client.delete_objects().bucket("shop").delete(delete).send().await.unwrap();
    assert_eq!(deleted.deleted().len(), 3);
    client.delete_bucket().bucket("shop").send().await.unwrap();
    assert!(client.head_bucket().bucket("shop").send().await.is_err());
    let bad = client.create_bucket().bucket("No_Good").send().await.unwrap_err();
    assert_eq!(bad.code(), Some("InvalidBucketName"));
    cloud.shutdown().await;
}

#[tokio::test]
async fn an_upload_in_parts_becomes_one_object() {
    let cloud = cloud().await;
    let client = bucket(&cloud).await;
    let begun = client.create_multipart_upload().bucket("shop").key("big").content_type("x/y").send().await.unwrap();
    let id = begun.upload_id().unwrap();
    let parts = [vec![1_u8; 5 * 1024 * 1024], vec![2_u8; 100]];
    let mut done = CompletedMultipartUpload::builder();
    for (number, part) in (1..).zip(&parts) {
        let put =
            client.upload_part().bucket("shop").key("big").upload_id(id).part_number(number).body(part.clone().into());
        let etag = put.send().await.unwrap().e_tag().unwrap().to_owned();
        done = done.parts(CompletedPart::builder().part_number(number).e_tag(etag).build());
    }
    let complete =
        client.complete_multipart_upload().bucket("shop").key("big").upload_id(id).multipart_upload(done.build());
    let completed = complete.send().await.unwrap();
    assert!(completed.e_tag().unwrap().ends_with("-2\""));
    assert_eq!(content(&client, "big").await, parts.concat());
    let gone = client.list_parts().bucket("shop").key("big").upload_id(id).send().await.unwrap_err();
    assert_eq!(gone.code(), Some("NoSuchUpload"));
    cloud.shutdown().await;
}

/// Begins an upload of two parts, `5 MiB and 100 bytes`, and gives its id and the parts as a completion names them.
async fn two_parts(client: &Client, algorithm: ChecksumAlgorithm, whole: bool) -> (String, Vec<CompletedPart>) {
    let begin = client.create_multipart_upload().bucket("shop").key("big").checksum_algorithm(algorithm.clone());
    let begin = if whole { begin.checksum_type(ChecksumType::FullObject) } else { begin };
    let begun = begin.send().await.unwrap();
    assert_eq!(begun.checksum_algorithm(), Some(&algorithm));
    let id = begun.upload_id().unwrap().to_owned();
    let mut done = Vec::new();
    for (number, part) in (1..).zip(parts()) {
        let put = client.upload_part().bucket("shop").key("big").upload_id(&id).part_number(number).body(part.into());
        let put = put.checksum_algorithm(algorithm.clone()).send().await.unwrap();
        let named = CompletedPart::builder().part_number(number).e_tag(put.e_tag().unwrap());
        done.push(
            named
                .set_checksum_crc32(put.checksum_crc32().map(str::to_owned))
                .set_checksum_sha256(put.checksum_sha256().map(str::to_owned))
                .build(),
        );
    }
    (id, done)
}

fn parts() -> [Vec<u8>; 2] {
    [vec![1_u8; 5 * 1024 * 1024], vec![2_u8; 100]]
}

fn complete(client: &Client, id: &str, parts: Vec<CompletedPart>) -> CompleteMultipartUploadFluentBuilder {
    let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
    client.complete_multipart_upload().bucket("shop").key("big").upload_id(id).multipart_upload(parts)
}

#[tokio::test]
async fn an_upload_in_parts_has_a_checksum_of_its_parts_checksums() {
    let cloud = cloud().await;
    let client = bucket(&cloud).await;
    let (id, done) = two_parts(&client, ChecksumAlgorithm::Sha256, false).await;
    let refused = |request: CompleteMultipartUploadFluentBuilder| async move {
        let error = request.send().await.unwrap_err();
        (error.code().unwrap().to_owned(), error.message().unwrap().to_owned())
    };
    let bare: Vec<_> = done
        .iter()
        .map(|part| {
            CompletedPart::builder()
                .set_part_number(part.part_number())
                .set_e_tag(part.e_tag().map(str::to_owned))
                .build()
        })
        .collect();
    let (code, message) = refused(complete(&client, &id, bare)).await;
    assert_eq!(code, "InvalidRequest");
    assert!(
        message.starts_with("The upload was created using a sha256 checksum. The complete request must"),
        "{message}"
    );
    let lie = done[0].checksum_sha256().unwrap();
    let second = CompletedPart::builder().part_number(2).e_tag(done[1].e_tag().unwrap()).checksum_sha256(lie).build();
    assert_eq!(refused(complete(&client, &id, vec![done[0].clone(), second])).await.0, "InvalidPart");
    assert_eq!(refused(complete(&client, &id, done.clone()).checksum_sha256(lie)).await.0, "BadDigest");
    assert_eq!(refused(complete(&client, &id, done.clone()).mpu_object_size(1)).await.0, "InvalidRequest");
    let other = client.upload_part().bucket("shop").key("big").upload_id(&id).part_number(3);
    let other = other.body(ByteStream::from_static(b"x")).checksum_algorithm(ChecksumAlgorithm::Crc32);
    let other = other.send().await.unwrap_err();
    let mismatch = "Checksum Type mismatch occurred, expected checksum Type: sha256, actual checksum Type: crc32";
    assert_eq!(other.message(), Some(mismatch));

    let completed = complete(&client, &id, done).send().await.unwrap();
    let sum = completed.checksum_sha256().unwrap().to_owned();
    assert!(sum.ends_with("=-2"), "{sum}");
    assert_eq!(completed.checksum_type(), Some(&ChecksumType::Composite));
    let got = client.get_object().bucket("shop").key("big").send().await.unwrap();
    assert_eq!((got.checksum_sha256(), got.checksum_type()), (Some(&*sum), Some(&ChecksumType::Composite)));
    assert_eq!(got.body.collect().await.unwrap().to_vec(), parts().concat());
    let listed = client.list_objects_v2().bucket("shop").send().await.unwrap();
    assert_eq!(listed.contents()[0].checksum_algorithm(), [ChecksumAlgorithm::Sha256]);
    assert_eq!(listed.contents()[0].checksum_type(), Some(&ChecksumType::Composite));

    // A copy is whole, and so is its checksum.
    let copied = client.copy_object().bucket("shop").key("copy").copy_source("shop/big").send().await.unwrap();
    let copied = copied.copy_object_result().unwrap();
    assert_eq!(copied.checksum_type(), Some(&ChecksumType::FullObject));
    assert_eq!(copied.checksum_sha256().unwrap().len(), 44, "without a number of parts");
    assert_eq!(content(&client, "copy").await, parts().concat());
    cloud.shutdown().await;
}

#[tokio::test]
async fn an_upload_in_parts_has_a_checksum_of_the_whole_if_that_was_asked_for() {
    let cloud = cloud().await;
    let client = bucket(&cloud).await;
    let (id, done) = two_parts(&client, ChecksumAlgorithm::Crc32, true).await;
    let wrong = complete(&client, &id, done.clone()).checksum_crc32("AAAAAA==").send().await.unwrap_err();
    assert_eq!(wrong.code(), Some("BadDigest"));
    let completed = complete(&client, &id, done).send().await.unwrap();
    let whole = client.put_object().bucket("shop").key("whole").body(parts().concat().into());
    let whole = whole.checksum_algorithm(ChecksumAlgorithm::Crc32).send().await.unwrap();
    assert_eq!(completed.checksum_crc32(), whole.checksum_crc32());
    assert!(whole.checksum_crc32().is_some());
    assert_eq!(completed.checksum_type(), Some(&ChecksumType::FullObject));
    // The client compares it with what it reads.
    assert_eq!(content(&client, "big").await, parts().concat());
    for (algorithm, kind) in
        [(ChecksumAlgorithm::Sha1, ChecksumType::FullObject), (ChecksumAlgorithm::Crc64Nvme, ChecksumType::Composite)]
    {
        let begin = client.create_multipart_upload().bucket("shop").key("no").checksum_algorithm(algorithm);
        assert_eq!(begin.checksum_type(kind).send().await.unwrap_err().code(), Some("InvalidRequest"));
    }
    cloud.shutdown().await;
}

#[tokio::test]
async fn a_checksum_that_is_not_known_here_is_refused_and_not_taken_unseen() {
    let cloud = cloud().await;
    let client = bucket(&cloud).await;
    let put = client.put_object().bucket("shop").key("k").body(ByteStream::from_static(b"v")).checksum_sha512("AAAA");
    let refused = put.send().await.unwrap_err();
    assert_eq!(refused.raw_response().unwrap().status().as_u16(), 501);
    assert_eq!(refused.message(), Some("the local cloud does not offer s3: the checksum x-amz-checksum-sha512"));
    cloud.shutdown().await;
}

#[tokio::test]
async fn an_object_is_read_by_its_parts() {
    let cloud = cloud().await;
    let client = bucket(&cloud).await;
    let (id, done) = two_parts(&client, ChecksumAlgorithm::Crc32, false).await;
    complete(&client, &id, done).send().await.unwrap();
    let second = client.get_object().bucket("shop").key("big").part_number(2).send().await.unwrap();
    assert_eq!((second.parts_count(), second.content_range()), (Some(2), Some("bytes 5242880-5242979/5242980")));
    assert_eq!(second.body.collect().await.unwrap().to_vec(), parts()[1]);
    let third = client.get_object().bucket("shop").key("big").part_number(3).send().await.unwrap_err();
    assert_eq!((third.code(), third.raw_response().unwrap().status().as_u16()), (Some("InvalidPartNumber"), 416));
    // What was written at once is one part.
    client.put_object().bucket("shop").key("small").body(ByteStream::from_static(b"v")).send().await.unwrap();
    let head = client.head_object().bucket("shop").key("small").part_number(1).send().await.unwrap();
    assert_eq!((head.content_length(), head.parts_count()), (Some(1), None));
    cloud.shutdown().await;
}

#[tokio::test]
async fn parts_uploads_and_buckets_are_listed_in_pages() {
    let cloud = cloud().await;
    let client = bucket(&cloud).await;
    let (id, done) = two_parts(&client, ChecksumAlgorithm::Sha256, false).await;
    let mut pages =
        client.list_parts().bucket("shop").key("big").upload_id(&id).max_parts(1).into_paginator().items().send();
    for part in &done {
        let listed = pages.next().await.unwrap().unwrap();
        assert_eq!((listed.part_number(), listed.checksum_sha256()), (part.part_number(), part.checksum_sha256()));
    }
    assert!(pages.next().await.is_none());
    let first = client.list_parts().bucket("shop").key("big").upload_id(&id).max_parts(1).send().await.unwrap();
    assert_eq!((first.is_truncated(), first.parts().len()), (Some(true), 1));

    let other = client.create_multipart_upload().bucket("shop").key("other").send().await.unwrap();
    let list = || client.list_multipart_uploads().bucket("shop").max_uploads(1);
    let first = list().send().await.unwrap();
    assert_eq!(first.uploads()[0].upload_id(), Some(&*id));
    assert_eq!(first.is_truncated(), Some(true));
    let next = list().key_marker(first.next_key_marker().unwrap());
    let last = next.upload_id_marker(first.next_upload_id_marker().unwrap()).send().await.unwrap();
    assert_eq!(last.uploads()[0].upload_id(), other.upload_id());
    assert_eq!(last.is_truncated(), Some(false));
    let prefixed = client.list_multipart_uploads().bucket("shop").prefix("o").send().await.unwrap();
    assert_eq!(prefixed.uploads().len(), 1);

    for name in ["shop-2", "stock"] {
        client.create_bucket().bucket(name).send().await.unwrap();
    }
    let mut pages = client.list_buckets().prefix("shop").max_buckets(1).into_paginator().send();
    let mut names = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        assert_eq!(page.buckets().len(), 1);
        names.push(page.buckets()[0].name().unwrap().to_owned());
    }
    assert_eq!(names, ["shop", "shop-2"]);
    assert!(client.list_buckets().bucket_region("eu-west-1").send().await.unwrap().buckets().is_empty());
    cloud.shutdown().await;
}

#[tokio::test]
async fn a_presigned_url_needs_no_other_key_and_cannot_be_bent() {
    let cloud = cloud().await;
    let client = bucket(&cloud).await;
    client.put_object().bucket("shop").key("my key").body(ByteStream::from_static(b"hello")).send().await.unwrap();
    let presigned = client
        .get_object()
        .bucket("shop")
        .key("my key")
        .presigned(PresigningConfig::expires_in(Duration::from_mins(1)).unwrap())
        .await
        .unwrap();
    let (status, body) = fetch(&cloud, presigned.uri()).await;
    assert_eq!((status, body.as_str()), (200, "hello"));
    let (status, body) = fetch(&cloud, &presigned.uri().replace("my%20key", "other")).await;
    assert_eq!(status, 403);
    assert!(body.contains("SignatureDoesNotMatch"), "{body}");
    cloud.shutdown().await;
}

#[tokio::test]
async fn a_virtual_hosted_bucket_is_found_in_the_host() {
    let cloud = cloud().await;
    bucket(&cloud).await;
    let port = cloud.endpoint().rsplit(':').next().unwrap();
    // Names under `localhost` need not resolve, so the URL is presigned for the name and fetched by address.
    let config = config!(aws_sdk_s3, cloud, root(&cloud)).endpoint_url(format!("http://s3.localhost:{port}")).build();
    let hosted = Client::from_conf(config);
    let presigning = || PresigningConfig::expires_in(Duration::from_mins(1)).unwrap();
    s3(&cloud, root(&cloud))
        .put_object()
        .bucket("shop")
        .key("k")
        .body(ByteStream::from_static(b"v"))
        .send()
        .await
        .unwrap();
    let presigned = hosted.get_object().bucket("shop").key("k").presigned(presigning()).await.unwrap();
    assert!(presigned.uri().starts_with("http://shop.s3.localhost"), "{}", presigned.uri());
    assert_eq!(fetch(&cloud, presigned.uri()).await, (200, "v".to_owned()));
    cloud.shutdown().await;
}

#[tokio::test]
async fn a_role_reads_what_it_may() {
    let cloud = cloud().await;
    let client = bucket(&cloud).await;
    for key in ["public/a", "private/a"] {
        client.put_object().bucket("shop").key(key).body(ByteStream::from_static(b"x")).send().await.unwrap();
    }
    let statement = json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::shop/public/*"}]);
    let arn = role(&cloud, "Reader", statement).await;
    let reader = s3(&cloud, assume(&cloud, &arn, "f"));
    reader.get_object().bucket("shop").key("public/a").send().await.unwrap();
    let denied = reader.get_object().bucket("shop").key("private/a").send().await.unwrap_err();
    assert_eq!(denied.code(), Some("AccessDenied"));
    let denied = reader.delete_object().bucket("shop").key("public/a").send().await.unwrap_err();
    assert_eq!(denied.code(), Some("AccessDenied"));
    cloud.shutdown().await;
}

/// GETs a URL at the cloud's address, whatever its host is.
async fn fetch(cloud: &LocalCloud, url: &str) -> (u16, String) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let address = cloud.endpoint().strip_prefix("http://").unwrap();
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

/// What a bucket holds, as `<key> <version or marker> <latest>` with versions numbered by `ids`.
async fn versions(client: &Client, ids: &[&str]) -> Vec<String> {
    let listed = client.list_object_versions().bucket("shop").send().await.unwrap();
    let number = |id: Option<&str>| ids.iter().position(|one| Some(*one) == id).map_or("?".into(), |at| at.to_string());
    let told = |kind: &str, key: Option<&str>, id: Option<&str>, latest: Option<bool>| {
        let latest = if latest == Some(true) { " latest" } else { "" };
        format!("{} {kind}{}{latest}", key.unwrap_or_default(), number(id))
    };
    let objects = listed.versions().iter().map(|one| told("v", one.key(), one.version_id(), one.is_latest()));
    let markers = listed.delete_markers().iter().map(|one| told("m", one.key(), one.version_id(), one.is_latest()));
    objects.chain(markers).collect()
}

#[tokio::test]
async fn a_versioned_bucket_keeps_what_is_overwritten_and_hides_what_is_deleted() {
    use aws_sdk_s3::types::{BucketVersioningStatus, VersioningConfiguration};
    let cloud = cloud().await;
    let client = bucket(&cloud).await;
    let put = async |text: &'static str| {
        let put = client.put_object().bucket("shop").key("a").body(ByteStream::from_static(text.as_bytes())).send();
        put.await.unwrap().version_id().map(str::to_owned)
    };
    assert_eq!(put("zero").await, None, "a bucket is not versioned by itself");
    let enabled = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
    client.put_bucket_versioning().bucket("shop").versioning_configuration(enabled).send().await.unwrap();
    let one = put("one").await.unwrap();
    let two = put("two").await.unwrap();
    let hidden = client.delete_object().bucket("shop").key("a").send().await.unwrap();
    assert_eq!(hidden.delete_marker(), Some(true));
    let marker = hidden.version_id().unwrap();
    let ids = ["null", &one, &two, marker];
    assert_eq!(versions(&client, &ids).await, ["a v2", "a v1", "a v0", "a m3 latest"]);
    assert!(client.get_object().bucket("shop").key("a").send().await.is_err(), "it is hidden");
    let old = client.get_object().bucket("shop").key("a").version_id("null").send().await.unwrap();
    assert_eq!(&old.body.collect().await.unwrap().to_vec(), b"zero");
    let full = client.delete_bucket().bucket("shop").send().await.unwrap_err();
    assert_eq!(full.code(), Some("BucketNotEmpty"), "hidden is not gone");

    // Page by page, as for a bucket of thousands.
    let (mut seen, mut mark) = (0, (None, None));
    loop {
        let page = client.list_object_versions().bucket("shop").max_keys(1);
        let page = page.set_key_marker(mark.0).set_version_id_marker(mark.1).send().await.unwrap();
        seen += page.versions().len() + page.delete_markers().len();
        mark = (page.next_key_marker().map(str::to_owned), page.next_version_id_marker().map(str::to_owned));
        if page.is_truncated() != Some(true) {
            break;
        }
    }
    assert_eq!(seen, 4);

    // Without its marker the object is back; without its newest version, the one before is the object.
    client.delete_object().bucket("shop").key("a").version_id(marker).send().await.unwrap();
    assert_eq!(content(&client, "a").await, b"two");
    client.delete_object().bucket("shop").key("a").version_id(&two).send().await.unwrap();
    assert_eq!(content(&client, "a").await, b"one");
    let named = |id: &str| ObjectIdentifier::builder().key("a").version_id(id).build().unwrap();
    let rest = Delete::builder().objects(named(&one)).objects(named("null")).build().unwrap();
    let deleted = client.delete_objects().bucket("shop").delete(rest).send().await.unwrap();
    assert_eq!(deleted.deleted().len(), 2);
    assert!(versions(&client, &ids).await.is_empty());
    client.delete_bucket().bucket("shop").send().await.unwrap();
}

#[tokio::test]
async fn a_bucket_whose_versioning_is_suspended_has_one_version_without_an_id() {
    use aws_sdk_s3::types::{BucketVersioningStatus, VersioningConfiguration};
    let cloud = cloud().await;
    let client = bucket(&cloud).await;
    // Written before there were versions, so without an id as well.
    let body = ByteStream::from_static(b"zero");
    client.put_object().bucket("shop").key("a").body(body).send().await.unwrap();
    for status in [BucketVersioningStatus::Enabled, BucketVersioningStatus::Suspended] {
        let wanted = VersioningConfiguration::builder().status(status).build();
        client.put_bucket_versioning().bucket("shop").versioning_configuration(wanted).send().await.unwrap();
        for text in ["one", "two"] {
            let body = ByteStream::from_static(text.as_bytes());
            client.put_object().bucket("shop").key("a").body(body).send().await.unwrap();
        }
    }
    let listed = client.list_object_versions().bucket("shop").send().await.unwrap();
    let named = listed.versions().iter().filter(|one| one.version_id() != Some("null")).count();
    assert_eq!((listed.versions().len(), named), (3, 2));
    client.delete_object().bucket("shop").key("a").send().await.unwrap();
    let listed = client.list_object_versions().bucket("shop").send().await.unwrap();
    assert_eq!((listed.versions().len(), listed.delete_markers().len()), (2, 1), "the marker took its place");
}
