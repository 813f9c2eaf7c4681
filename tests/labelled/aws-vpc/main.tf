resource "aws_vpc" "plain" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "plain" {
  vpc_id     = aws_vpc.plain.id
  cidr_block = "10.0.0.0/24"
}

resource "aws_nat_gateway" "n" {
  subnet_id     = aws_subnet.plain.id
  allocation_id = "eipalloc-01"
}

resource "aws_vpc" "logged" {
  cidr_block = "10.1.0.0/16"
}

resource "aws_flow_log" "logged" {
  vpc_id               = aws_vpc.logged.id
  traffic_type         = "ALL"
  log_destination_type = "s3"
  log_destination      = "arn:aws:s3:::flow-logs"
}

resource "aws_subnet" "logged" {
  vpc_id     = aws_vpc.logged.id
  cidr_block = "10.1.0.0/24"
}

resource "aws_nat_gateway" "m" {
  subnet_id     = aws_subnet.logged.id
  allocation_id = "eipalloc-02"
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id       = aws_vpc.logged.id
  service_name = "com.amazonaws.eu-west-1.s3"
}

resource "aws_vpc" "accepted" {
  cidr_block = "10.2.0.0/16"
}

resource "aws_flow_log" "accepted" {
  vpc_id          = aws_vpc.accepted.id
  traffic_type    = "ACCEPT"
  log_destination = "arn:aws:logs:eu-west-1:123456789012:log-group:flow"
  iam_role_arn    = "arn:aws:iam::123456789012:role/flow"
}
