// Made by `cargo xtask generate` from the schemas in `schemas/`. Edit `schemas/resources.toml`, not this.

kinds! {
    /// Kinds of `AWS::ApiGatewayV2`.
    apigatewayv2 {
        /// `AWS::ApiGatewayV2::Api`.
        Api "AWS::ApiGatewayV2::Api";
        /// `AWS::ApiGatewayV2::ApiMapping`.
        ApiMapping "AWS::ApiGatewayV2::ApiMapping";
        /// `AWS::ApiGatewayV2::Authorizer`.
        Authorizer "AWS::ApiGatewayV2::Authorizer";
        /// `AWS::ApiGatewayV2::Deployment`.
        Deployment "AWS::ApiGatewayV2::Deployment";
        /// `AWS::ApiGatewayV2::DomainName`.
        DomainName "AWS::ApiGatewayV2::DomainName", arn Some("DomainNameArn");
        /// `AWS::ApiGatewayV2::Integration`.
        Integration "AWS::ApiGatewayV2::Integration";
        /// `AWS::ApiGatewayV2::Route`.
        Route "AWS::ApiGatewayV2::Route";
        /// `AWS::ApiGatewayV2::Stage`.
        Stage "AWS::ApiGatewayV2::Stage";
        /// `AWS::ApiGatewayV2::VpcLink`.
        VpcLink "AWS::ApiGatewayV2::VpcLink";
    }
    /// Kinds of `AWS::CertificateManager`.
    certificatemanager {
        /// `AWS::CertificateManager::Certificate`.
        Certificate "AWS::CertificateManager::Certificate", arn None;
    }
    /// Kinds of `AWS::CloudFormation`.
    cloudformation {
        /// `AWS::CloudFormation::Stack`.
        Stack "AWS::CloudFormation::Stack", arn None;
        /// `AWS::CloudFormation::WaitCondition`.
        WaitCondition "AWS::CloudFormation::WaitCondition";
        /// `AWS::CloudFormation::WaitConditionHandle`.
        WaitConditionHandle "AWS::CloudFormation::WaitConditionHandle";
    }
    /// Kinds of `AWS::CloudFront`.
    cloudfront {
        /// `AWS::CloudFront::CachePolicy`.
        CachePolicy "AWS::CloudFront::CachePolicy";
        /// `AWS::CloudFront::Distribution`.
        Distribution "AWS::CloudFront::Distribution";
        /// `AWS::CloudFront::Function`.
        Function "AWS::CloudFront::Function", arn None;
        /// `AWS::CloudFront::OriginAccessControl`.
        OriginAccessControl "AWS::CloudFront::OriginAccessControl";
        /// `AWS::CloudFront::OriginRequestPolicy`.
        OriginRequestPolicy "AWS::CloudFront::OriginRequestPolicy";
        /// `AWS::CloudFront::ResponseHeadersPolicy`.
        ResponseHeadersPolicy "AWS::CloudFront::ResponseHeadersPolicy";
    }
    /// Kinds of `AWS::CloudWatch`.
    cloudwatch {
        /// `AWS::CloudWatch::Alarm`.
        Alarm "AWS::CloudWatch::Alarm", arn Some("Arn");
        /// `AWS::CloudWatch::CompositeAlarm`.
        CompositeAlarm "AWS::CloudWatch::CompositeAlarm", arn Some("Arn");
        /// `AWS::CloudWatch::Dashboard`.
        Dashboard "AWS::CloudWatch::Dashboard";
    }
    /// Kinds of `AWS::Cognito`.
    cognito {
        /// `AWS::Cognito::UserPool`.
        UserPool "AWS::Cognito::UserPool", arn Some("Arn");
        /// `AWS::Cognito::UserPoolClient`.
        UserPoolClient "AWS::Cognito::UserPoolClient";
        /// `AWS::Cognito::UserPoolDomain`.
        UserPoolDomain "AWS::Cognito::UserPoolDomain";
        /// `AWS::Cognito::UserPoolGroup`.
        UserPoolGroup "AWS::Cognito::UserPoolGroup";
        /// `AWS::Cognito::UserPoolResourceServer`.
        UserPoolResourceServer "AWS::Cognito::UserPoolResourceServer";
    }
    /// Kinds of `AWS::DynamoDB`.
    dynamodb {
        /// `AWS::DynamoDB::Table`.
        Table "AWS::DynamoDB::Table", arn Some("Arn");
    }
    /// Kinds of `AWS::EC2`.
    ec2 {
        /// `AWS::EC2::EIP`.
        EIP "AWS::EC2::EIP";
        /// `AWS::EC2::FlowLog`.
        FlowLog "AWS::EC2::FlowLog";
        /// `AWS::EC2::InternetGateway`.
        InternetGateway "AWS::EC2::InternetGateway";
        /// `AWS::EC2::NatGateway`.
        NatGateway "AWS::EC2::NatGateway";
        /// `AWS::EC2::NetworkAcl`.
        NetworkAcl "AWS::EC2::NetworkAcl";
        /// `AWS::EC2::NetworkAclEntry`.
        NetworkAclEntry "AWS::EC2::NetworkAclEntry";
        /// `AWS::EC2::Route`.
        Route "AWS::EC2::Route";
        /// `AWS::EC2::RouteTable`.
        RouteTable "AWS::EC2::RouteTable";
        /// `AWS::EC2::SecurityGroup`.
        SecurityGroup "AWS::EC2::SecurityGroup";
        /// `AWS::EC2::SecurityGroupEgress`.
        SecurityGroupEgress "AWS::EC2::SecurityGroupEgress";
        /// `AWS::EC2::SecurityGroupIngress`.
        SecurityGroupIngress "AWS::EC2::SecurityGroupIngress";
        /// `AWS::EC2::Subnet`.
        Subnet "AWS::EC2::Subnet";
        /// `AWS::EC2::SubnetNetworkAclAssociation`.
        SubnetNetworkAclAssociation "AWS::EC2::SubnetNetworkAclAssociation";
        /// `AWS::EC2::SubnetRouteTableAssociation`.
        SubnetRouteTableAssociation "AWS::EC2::SubnetRouteTableAssociation";
        /// `AWS::EC2::VPC`.
        VPC "AWS::EC2::VPC";
        /// `AWS::EC2::VPCEndpoint`.
        VPCEndpoint "AWS::EC2::VPCEndpoint";
        /// `AWS::EC2::VPCGatewayAttachment`.
        VPCGatewayAttachment "AWS::EC2::VPCGatewayAttachment";
    }
    /// Kinds of `AWS::Events`.
    events {
        /// `AWS::Events::EventBus`.
        EventBus "AWS::Events::EventBus", arn Some("Arn");
        /// `AWS::Events::Rule`.
        Rule "AWS::Events::Rule", arn Some("Arn");
    }
    /// Kinds of `AWS::IAM`.
    iam {
        /// `AWS::IAM::ManagedPolicy`.
        ManagedPolicy "AWS::IAM::ManagedPolicy", arn None;
        /// `AWS::IAM::OIDCProvider`.
        OIDCProvider "AWS::IAM::OIDCProvider", arn None;
        /// `AWS::IAM::Policy`.
        Policy "AWS::IAM::Policy";
        /// `AWS::IAM::Role`.
        Role "AWS::IAM::Role", arn Some("Arn");
    }
    /// Kinds of `AWS::KMS`.
    kms {
        /// `AWS::KMS::Alias`.
        Alias "AWS::KMS::Alias";
        /// `AWS::KMS::Key`.
        Key "AWS::KMS::Key", arn Some("Arn");
    }
    /// Kinds of `AWS::Lambda`.
    lambda {
        /// `AWS::Lambda::Alias`.
        Alias "AWS::Lambda::Alias", arn None;
        /// `AWS::Lambda::EventInvokeConfig`.
        EventInvokeConfig "AWS::Lambda::EventInvokeConfig";
        /// `AWS::Lambda::EventSourceMapping`.
        EventSourceMapping "AWS::Lambda::EventSourceMapping", arn Some("EventSourceMappingArn");
        /// `AWS::Lambda::Function`.
        Function "AWS::Lambda::Function", arn Some("Arn");
        /// `AWS::Lambda::LayerVersion`.
        LayerVersion "AWS::Lambda::LayerVersion", arn None;
        /// `AWS::Lambda::Permission`.
        Permission "AWS::Lambda::Permission";
        /// `AWS::Lambda::Url`.
        Url "AWS::Lambda::Url";
        /// `AWS::Lambda::Version`.
        Version "AWS::Lambda::Version", arn None;
    }
    /// Kinds of `AWS::Logs`.
    logs {
        /// `AWS::Logs::LogGroup`.
        LogGroup "AWS::Logs::LogGroup", arn Some("Arn");
        /// `AWS::Logs::MetricFilter`.
        MetricFilter "AWS::Logs::MetricFilter";
        /// `AWS::Logs::SubscriptionFilter`.
        SubscriptionFilter "AWS::Logs::SubscriptionFilter";
    }
    /// Kinds of `AWS::RDS`.
    rds {
        /// `AWS::RDS::DBCluster`.
        DBCluster "AWS::RDS::DBCluster", arn Some("DBClusterArn");
        /// `AWS::RDS::DBClusterParameterGroup`.
        DBClusterParameterGroup "AWS::RDS::DBClusterParameterGroup";
        /// `AWS::RDS::DBInstance`.
        DBInstance "AWS::RDS::DBInstance", arn Some("DBInstanceArn");
        /// `AWS::RDS::DBProxy`.
        DBProxy "AWS::RDS::DBProxy", arn Some("DBProxyArn");
        /// `AWS::RDS::DBProxyTargetGroup`.
        DBProxyTargetGroup "AWS::RDS::DBProxyTargetGroup", arn None;
        /// `AWS::RDS::DBSubnetGroup`.
        DBSubnetGroup "AWS::RDS::DBSubnetGroup", arn Some("DBSubnetGroupArn");
    }
    /// Kinds of `AWS::Route53`.
    route53 {
        /// `AWS::Route53::HostedZone`.
        HostedZone "AWS::Route53::HostedZone";
        /// `AWS::Route53::RecordSet`.
        RecordSet "AWS::Route53::RecordSet";
    }
    /// Kinds of `AWS::S3`.
    s3 {
        /// `AWS::S3::Bucket`.
        Bucket "AWS::S3::Bucket", arn Some("Arn");
        /// `AWS::S3::BucketPolicy`.
        BucketPolicy "AWS::S3::BucketPolicy";
    }
    /// Kinds of `AWS::SES`.
    ses {
        /// `AWS::SES::ConfigurationSet`.
        ConfigurationSet "AWS::SES::ConfigurationSet";
        /// `AWS::SES::ConfigurationSetEventDestination`.
        ConfigurationSetEventDestination "AWS::SES::ConfigurationSetEventDestination";
        /// `AWS::SES::EmailIdentity`.
        EmailIdentity "AWS::SES::EmailIdentity";
    }
    /// Kinds of `AWS::SNS`.
    sns {
        /// `AWS::SNS::Subscription`.
        Subscription "AWS::SNS::Subscription", arn None;
        /// `AWS::SNS::Topic`.
        Topic "AWS::SNS::Topic", arn None;
        /// `AWS::SNS::TopicPolicy`.
        TopicPolicy "AWS::SNS::TopicPolicy";
    }
    /// Kinds of `AWS::SQS`.
    sqs {
        /// `AWS::SQS::Queue`.
        Queue "AWS::SQS::Queue", arn Some("Arn");
        /// `AWS::SQS::QueuePolicy`.
        QueuePolicy "AWS::SQS::QueuePolicy";
    }
    /// Kinds of `AWS::SSM`.
    ssm {
        /// `AWS::SSM::Parameter`.
        Parameter "AWS::SSM::Parameter", arn Some("Arn");
    }
    /// Kinds of `AWS::Scheduler`.
    scheduler {
        /// `AWS::Scheduler::Schedule`.
        Schedule "AWS::Scheduler::Schedule", arn Some("Arn");
        /// `AWS::Scheduler::ScheduleGroup`.
        ScheduleGroup "AWS::Scheduler::ScheduleGroup", arn Some("Arn");
    }
    /// Kinds of `AWS::SecretsManager`.
    secretsmanager {
        /// `AWS::SecretsManager::ResourcePolicy`.
        ResourcePolicy "AWS::SecretsManager::ResourcePolicy";
        /// `AWS::SecretsManager::RotationSchedule`.
        RotationSchedule "AWS::SecretsManager::RotationSchedule";
        /// `AWS::SecretsManager::Secret`.
        Secret "AWS::SecretsManager::Secret", arn None;
        /// `AWS::SecretsManager::SecretTargetAttachment`.
        SecretTargetAttachment "AWS::SecretsManager::SecretTargetAttachment";
    }
}
