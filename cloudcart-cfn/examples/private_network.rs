//! A function in private subnets, a database that only it reaches, and a site in front of a private bucket.
//!
//! `cargo run -p cloudcart-cfn --example private_network` prints the template.

use cloudcart_cfn::cloudfront::distribution::{
    DefaultCacheBehavior, DistributionConfig, Origin, S3OriginConfig, ViewerProtocolPolicy,
};
use cloudcart_cfn::cloudfront::origin_access_control::{
    OriginAccessControlConfig, OriginAccessControlOriginType, SigningBehavior, SigningProtocol,
};
use cloudcart_cfn::lambda::function::{Architecture, Code, Environment, LoggingConfig, Runtime, VpcConfig};
use cloudcart_cfn::logs::log_group::RetentionInDays;
use cloudcart_cfn::prelude::*;
use cloudcart_cfn::rds::db_cluster::ServerlessV2ScalingConfiguration;
use cloudcart_cfn::rds::db_proxy::{AuthFormat, AuthScheme, EngineFamily, IAMAuth};
use cloudcart_cfn::rds::db_proxy_target_group::TargetGroupName;
use cloudcart_cfn::{availability_zones, cidr, cloudfront, ec2, iam, lambda, logs, policy, rds, s3, select};

fn main() {
    let template =
        Template::build("A function in private subnets, and a site in front of a private bucket.", |stack| {
            let private = network(stack);
            database(stack, &private);
            site(stack);
        });
    #[expect(clippy::print_stdout, reason = "printing is what this example is for")]
    {
        print!("{}", template.to_json());
    }
}

/// Where what nobody reaches from outside stands.
struct Private<'stack> {
    vpc: Handle<'stack, kind::ec2::VPC>,
    subnets: Vec<Handle<'stack, kind::ec2::Subnet>>,
}

fn network<'stack>(stack: &mut Stack<'stack>) -> Private<'stack> {
    let vpc = ec2::VPC::new().cidr_block("10.0.0.0/16").enable_dns_support(true).enable_dns_hostnames(true);
    let vpc = stack.add("Vpc", vpc);
    let blocks = cidr(vpc.cidr_block(), 4, 8);
    let subnet = |stack: &mut Stack<'stack>, id: &str, place: u32| {
        let subnet = ec2::Subnet::new(&vpc)
            .cidr_block(select(place, &blocks))
            .availability_zone(select(place % 2, availability_zones()));
        stack.add(id, subnet)
    };
    let public = subnet(stack, "Public", 0);
    let subnets = vec![subnet(stack, "PrivateA", 2), subnet(stack, "PrivateB", 3)];

    let gateway = stack.add("Internet", ec2::InternetGateway::new());
    let attached = stack.add("InternetToVpc", ec2::VPCGatewayAttachment::new(&vpc).internet_gateway_id(&gateway));
    let outward = stack.add("PublicRoutes", ec2::RouteTable::new(&vpc));
    let route = ec2::Route::new(&outward).destination_cidr_block("0.0.0.0/0").gateway_id(gateway.reference());
    stack.add_with("PublicToInternet", route, Attributes::new().after(&attached));
    stack.add("PublicRouted", ec2::SubnetRouteTableAssociation::new(&outward, &public));

    let address = ec2::EIP::new().domain(ec2::eip::Domain::Vpc);
    let address = stack.add_with("NatAddress", address, Attributes::new().after(&attached));
    let nat = ec2::NatGateway::new().allocation_id(address.allocation_id()).subnet_id(&public);
    let nat = stack.add("Nat", nat);
    let inward = stack.add("PrivateRoutes", ec2::RouteTable::new(&vpc));
    let route = ec2::Route::new(&inward).destination_cidr_block("0.0.0.0/0").nat_gateway_id(&nat);
    stack.add("PrivateToNat", route);
    for subnet in &subnets {
        stack.add(format!("{}Routed", subnet.id()), ec2::SubnetRouteTableAssociation::new(&inward, subnet));
    }
    Private { vpc, subnets }
}

/// An Aurora cluster behind a proxy, and a function that may connect to it.
fn database<'stack>(stack: &mut Stack<'stack>, private: &Private<'stack>) {
    let Private { vpc, subnets } = private;
    let caller = ec2::SecurityGroup::new("Whoever uses the database.").vpc_id(vpc);
    let caller = stack.add("CallerGroup", caller);
    let group = stack.add("DatabaseGroup", ec2::SecurityGroup::new("The database and its proxy.").vpc_id(vpc));
    let entry = ec2::SecurityGroupIngress::new("tcp")
        .group_id(&group)
        .source_security_group_id(&caller)
        .from_port(int!(5432))
        .to_port(int!(5432));
    stack.add("DatabaseEntry", entry);

    let within = rds::DBSubnetGroup::new("Private subnets.", list(subnets));
    let within = stack.add("DatabaseSubnets", within);
    let cluster = rds::DBCluster::new()
        .engine("aurora-postgresql")
        .db_subnet_group_name(&within)
        .manage_master_user_password(true)
        .master_username("postgres")
        .storage_encrypted(true)
        .serverless_v2_scaling_configuration(
            ServerlessV2ScalingConfiguration::new().min_capacity(0.5).max_capacity(2.0),
        )
        .vpc_security_group_ids([&group]);
    let cluster = stack.add_with("Database", cluster, Attributes::new().on_removal(DeletionPolicy::Snapshot));
    let instance = rds::DBInstance::new()
        .db_cluster_identifier(&cluster)
        .db_instance_class("db.serverless")
        .engine("aurora-postgresql");
    stack.add_with("DatabaseWriter", instance, Attributes::new().on_removal(DeletionPolicy::Delete));

    let read = Statement::allow(
        [policy::secretsmanager::Action::GetSecretValue],
        [cluster.master_user_secret_secret_arn().into_value()],
    );
    let role = iam::Role::new(PolicyDocument::trusting("rds.amazonaws.com"))
        .policies([iam::role::Policy::new(PolicyDocument::new([read]), "ReadSecret")]);
    let role = stack.add("ProxyRole", role);
    let auth = AuthFormat::new()
        .auth_scheme(AuthScheme::Secrets)
        .iam_auth(IAMAuth::Required)
        .secret_arn(cluster.master_user_secret_secret_arn());
    let proxy = rds::DBProxy::new("private-network", EngineFamily::Postgresql, &role, list(subnets))
        .auth([auth])
        .vpc_security_group_ids([&group]);
    let proxy = stack.add("Proxy", proxy);
    let target = rds::DBProxyTargetGroup::new(&proxy, TargetGroupName::Default).db_cluster_identifiers([&cluster]);
    stack.add("ProxyTarget", target);

    let logs = stack.add("ReportLogs", logs::LogGroup::new().retention_in_days(const { RetentionInDays::of(14) }));
    let role = iam::Role::new(PolicyDocument::trusting("lambda.amazonaws.com"))
        .managed_policy_arns([Arn::literal("arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole")]);
    let role = stack.add("ReportRole", role);
    let code = stack.parameter("CodeBucket", Parameter::text("Bucket that holds the function's zip."));
    let report = lambda::Function::new(Code::new().s3_bucket(code).s3_key("report.zip"), &role)
        .architectures([Architecture::Arm64])
        .environment(Environment::new().variables([("DATABASE", proxy.endpoint())]))
        .handler("bootstrap")
        .logging_config(LoggingConfig::new().log_group(&logs))
        .runtime(Runtime::ProvidedAl2023)
        .timeout(int!(30))
        .vpc_config(VpcConfig::new().security_group_ids([&caller]).subnet_ids(list(subnets)));
    stack.add("Report", report);
}

/// A distribution before a bucket that only it may read.
fn site(stack: &mut Stack<'_>) {
    let pages = stack.add("Pages", s3::Bucket::new());
    let access = OriginAccessControlConfig::new(
        pseudo::stack_name(),
        OriginAccessControlOriginType::S3,
        SigningBehavior::Always,
        SigningProtocol::Sigv4,
    );
    let access = stack.add("PagesAccess", cloudfront::OriginAccessControl::new(access));
    let origin = Origin::new(pages.regional_domain_name(), "pages")
        .origin_access_control_id(&access)
        .s3_origin_config(S3OriginConfig::new());
    let behaviour = DefaultCacheBehavior::new("pages", ViewerProtocolPolicy::RedirectToHttps)
        .cache_policy_id(Ref::literal("658327ea-f89d-4fab-a63d-7e88639e58f6"));
    let config = DistributionConfig::new(behaviour, true).default_root_object("index.html").origins([origin]);
    let site = stack.add("Site", cloudfront::Distribution::new(config));
    let reader = Principal::Service("cloudfront.amazonaws.com".to_owned());
    let read = Statement {
        principal: Some(reader),
        ..Statement::allow([policy::s3::Action::GetObject], [sub!("${Pages}/*", Pages = pages.arn())])
    };
    let read = read.when(
        "StringEquals",
        "AWS:SourceArn",
        [sub!("arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${Site}", Site = site.reference())],
    );
    stack.add("PagesPolicy", s3::BucketPolicy::new(&pages, PolicyDocument::new([read])));
    stack.output("SiteDomain", Output::new(site.domain_name()).described("Where the site is."));
}
