data "aws_caller_identity" "me" {}
data "aws_region" "here" {}
resource "aws_vpc" "v" {
  cidr_block = "10.0.0.0/16"
  tags       = { account = data.aws_caller_identity.me.account_id }
}
data "aws_subnets" "s" {
  filter {
    name   = "vpc-id"
    values = [aws_vpc.v.id]
  }
}
resource "aws_s3_bucket" "b" {
  bucket = "logs-${data.aws_region.here.name}-${data.aws_caller_identity.me.account_id}"
}
output "subnets" {
  value = data.aws_subnets.s.ids
}
