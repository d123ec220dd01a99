//! An HTTP API for people with accounts: a user pool, an authorizer, two functions, a domain, access logs.
//!
//! `cargo run -p cloudcart-cfn --example accounts_api` prints the template.

use cloudcart_cfn::apigatewayv2::api::Cors;
use cloudcart_cfn::apigatewayv2::api::ProtocolType;
use cloudcart_cfn::apigatewayv2::authorizer::{AuthorizerType, JWTConfiguration};
use cloudcart_cfn::apigatewayv2::domain_name::DomainNameConfiguration;
use cloudcart_cfn::apigatewayv2::integration::{IntegrationType, PayloadFormatVersion};
use cloudcart_cfn::apigatewayv2::route::AuthorizationType;
use cloudcart_cfn::apigatewayv2::stage::{AccessLogSettings, RouteSettings};
use cloudcart_cfn::cognito::user_pool::{
    AccountRecoverySetting, AutoVerifiedAttribute, DeletionProtection, MfaConfiguration, PasswordPolicy, Policies,
    RecoveryOption, RecoveryOptionName, UsernameAttribute,
};
use cloudcart_cfn::cognito::user_pool_client::{
    AccessToken, AllowedOAuthFlow, ExplicitAuthFlow, PreventUserExistenceErrors, TokenValidityUnits,
};
use cloudcart_cfn::logs::log_group::RetentionInDays;
use cloudcart_cfn::prelude::*;
use cloudcart_cfn::{apigatewayv2, cognito, easy, lambda, logs, policy, route53};

fn main() {
    let template = Template::build("An HTTP API with users.", |stack| {
        let bucket = stack.parameter("CodeBucket", Parameter::text("Bucket of the zips."));
        let domain = stack.parameter("Domain", Parameter::text("Domain of the API."));
        let zone = stack.parameter("Zone", Parameter::aws("AWS::Route53::HostedZone::Id", "Zone of the domain."));
        let certificate: Value<'_, Arn<kind::certificatemanager::Certificate>> =
            stack.parameter("CertificateArn", Parameter::text("Certificate, in the region of the stack.")).assume();
        let origin = stack
            .parameter("Origin", Parameter::text("Origin of the browser's application.").or("https://example.com"));

        let pool = stack.add_with(
            "Users",
            cognito::UserPool::new()
                .username_attributes([UsernameAttribute::Email])
                .auto_verified_attributes([AutoVerifiedAttribute::Email])
                .mfa_configuration(MfaConfiguration::Optional)
                .enabled_mfas(["SOFTWARE_TOKEN_MFA"])
                .deletion_protection(DeletionProtection::Active)
                .account_recovery_setting(AccountRecoverySetting::new().recovery_mechanisms([
                    RecoveryOption::new().name(RecoveryOptionName::VerifiedEmail).priority(int!(1)),
                ]))
                .policies(Policies::new().password_policy(
                    PasswordPolicy::new().minimum_length(int!(12)).require_lowercase(true).require_numbers(true),
                )),
            Attributes::new().on_removal(DeletionPolicy::Retain),
        );
        let client = stack.add(
            "UsersClient",
            cognito::UserPoolClient::new(&pool)
                .allowed_oauth_flows([AllowedOAuthFlow::Code])
                .allowed_oauth_flows_user_pool_client(true)
                .allowed_oauth_scopes(["openid", "email"])
                .callback_urls([sub!("${Origin}/callback", Origin = &origin)])
                .logout_urls([&origin])
                .supported_identity_providers(["COGNITO"])
                .explicit_auth_flows([ExplicitAuthFlow::AllowUserSrpAuth, ExplicitAuthFlow::AllowRefreshTokenAuth])
                .prevent_user_existence_errors(PreventUserExistenceErrors::Enabled)
                .access_token_validity(int!(60))
                .token_validity_units(TokenValidityUnits::new().access_token(AccessToken::Minutes)),
        );
        let login =
            stack.add("UsersDomain", cognito::UserPoolDomain::new(sub!("${AWS::StackName}-${AWS::AccountId}"), &pool));

        let accounts = easy::Table::new("userId").add_to(stack, "Accounts");
        let read =
            easy::Function::from_s3(&bucket, "read.zip").grant(accounts.read().env("TABLE")).add_to(stack, "Read");
        let write =
            easy::Function::from_s3(&bucket, "write.zip").grant(accounts.write().env("TABLE")).add_to(stack, "Write");

        let api = stack.add(
            "Api",
            apigatewayv2::Api::new()
                .name(pseudo::stack_name())
                .protocol_type(ProtocolType::Http)
                .disable_execute_api_endpoint(true)
                .cors_configuration(
                    Cors::new()
                        .allow_origins([&origin])
                        .allow_methods(["GET", "PUT"])
                        .allow_headers(["authorization", "content-type"])
                        .max_age(int!(600)),
                ),
        );
        let logs = stack.add_with(
            "ApiLogs",
            logs::LogGroup::new().retention_in_days(const { RetentionInDays::of(30) }),
            Attributes::new().on_removal(DeletionPolicy::Delete),
        );
        let format = serde_json::json!({"id": "$context.requestId", "status": "$context.status"}).to_string();
        let stage = stack.add(
            "ApiStage",
            apigatewayv2::Stage::new(&api, "$default")
                .auto_deploy(true)
                .access_log_settings(AccessLogSettings::new().destination_arn(logs.arn()).format(format))
                .default_route_settings(RouteSettings::new().throttling_burst_limit(50).throttling_rate_limit(100.0)),
        );
        let authorizer = stack.add(
            "UsersOnly",
            apigatewayv2::Authorizer::new(&api, AuthorizerType::Jwt, "users")
                .identity_source(["$request.header.Authorization"])
                .jwt_configuration(JWTConfiguration::new().audience([client.reference()]).issuer(pool.provider_url())),
        );
        for (key, id, function) in [("GET /account", "GetAccount", &read), ("PUT /account", "PutAccount", &write)] {
            let function = &function.function;
            let integration = stack.add(
                format!("{id}To{}", function.id()),
                apigatewayv2::Integration::new(&api, IntegrationType::AwsProxy)
                    .integration_uri(function.arn())
                    .payload_format_version(PayloadFormatVersion::V2_0),
            );
            stack.add(
                id,
                apigatewayv2::Route::new(&api, key)
                    .target(integration.target())
                    .authorization_type(AuthorizationType::Jwt)
                    .authorizer_id(&authorizer),
            );
            stack.add(
                format!("ApiMayInvoke{}", function.id()),
                lambda::Permission::new(
                    policy::lambda::Action::InvokeFunction.as_str(),
                    function.reference(),
                    "apigateway.amazonaws.com",
                )
                .source_arn(api.execution_arn()),
            );
        }
        let name = stack.add(
            "ApiDomain",
            apigatewayv2::DomainName::new(&domain).domain_name_configurations([DomainNameConfiguration::new()
                .certificate_arn(&certificate)
                .endpoint_type("REGIONAL")
                .security_policy("TLS_1_2")]),
        );
        stack.add("ApiDomainMapping", apigatewayv2::ApiMapping::new(&api, &name, &stage));
        stack.add(
            "ApiAlias",
            route53::RecordSet::new(&domain, "A").hosted_zone_id(&zone).alias_target(
                route53::record_set::AliasTarget::new(name.regional_domain_name(), name.regional_hosted_zone_id()),
            ),
        );
        stack.output("Client", Output::new(client.reference()));
        stack.output(
            "Login",
            Output::new(sub!("https://${Login}.auth.${AWS::Region}.amazoncognito.com", Login = login.reference())),
        );
        stack.output("Url", Output::new(sub!("https://${Domain}", Domain = &domain)));
    });
    #[expect(clippy::print_stdout, reason = "printing is what this example is for")]
    {
        print!("{}", template.to_json());
    }
}
