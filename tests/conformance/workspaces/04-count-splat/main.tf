variable "zones" {
  default = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
}

resource "aws_vpc" "main" {
  cidr_block           = "10.20.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_subnet" "private" {
  count             = length(var.zones)
  vpc_id            = aws_vpc.main.id
  cidr_block        = "10.20.${count.index}.0/24"
  availability_zone = var.zones[count.index]
  tags = {
    Name = format("private-%02d", count.index + 1)
  }
}

resource "aws_subnet" "absent" {
  count      = 0
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.20.99.0/24"
}

resource "aws_db_subnet_group" "main" {
  name       = "main"
  subnet_ids = aws_subnet.private[*].id
}

resource "aws_route_table" "private" {
  count  = 2
  vpc_id = aws_vpc.main.id
}

resource "aws_route_table_association" "private" {
  count          = 2
  subnet_id      = element(aws_subnet.private.*.id, count.index)
  route_table_id = aws_route_table.private[count.index].id
}

output "cidrs" {
  value = aws_subnet.private[*].cidr_block
}

output "first" {
  value = one(aws_subnet.absent[*].id)
}
