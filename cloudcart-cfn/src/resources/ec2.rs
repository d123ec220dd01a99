//! `AWS::EC2`.
// Made by `cargo xtask generate` from the schemas in `schemas/`. Edit `schemas/resources.toml`, not this.

pub mod eip;
pub mod flow_log;
pub mod internet_gateway;
pub mod nat_gateway;
pub mod network_acl;
pub mod network_acl_entry;
pub mod route;
pub mod route_table;
pub mod security_group;
pub mod security_group_egress;
pub mod security_group_ingress;
pub mod subnet;
pub mod subnet_network_acl_association;
pub mod subnet_route_table_association;
pub mod vpc;
pub mod vpc_endpoint;
pub mod vpc_gateway_attachment;

pub use eip::EIP;
pub use flow_log::FlowLog;
pub use internet_gateway::InternetGateway;
pub use nat_gateway::NatGateway;
pub use network_acl::NetworkAcl;
pub use network_acl_entry::NetworkAclEntry;
pub use route::Route;
pub use route_table::RouteTable;
pub use security_group::SecurityGroup;
pub use security_group_egress::SecurityGroupEgress;
pub use security_group_ingress::SecurityGroupIngress;
pub use subnet::Subnet;
pub use subnet_network_acl_association::SubnetNetworkAclAssociation;
pub use subnet_route_table_association::SubnetRouteTableAssociation;
pub use vpc::VPC;
pub use vpc_endpoint::VPCEndpoint;
pub use vpc_gateway_attachment::VPCGatewayAttachment;
