resource "aws_instance" "i" {
  ami           = "ami-1"
  instance_type = "t3.micro"
  network_interface {
    network_interface_id = aws_network_interface.n.id
    device_index         = 0
  }
}

resource "aws_network_interface" "n" {
  subnet_id   = "subnet-1"
  private_ips = ["10.0.0.${1 + 9}"]
}

resource "aws_route_table" "r" {
  vpc_id = "vpc-1"
  route  = []
}

resource "aws_security_group" "attr" {
  name    = "attr"
  ingress = []
  egress = [{
    cidr_blocks      = ["0.0.0.0/0"]
    description      = null
    from_port        = 0
    ipv6_cidr_blocks = []
    prefix_list_ids  = null
    protocol         = "-1"
    security_groups  = []
    self             = false
    to_port          = 0
  }]
}

resource "aws_s3_object" "o" {
  bucket  = "b"
  key     = "k"
  content = templatefile("${path.module}/greeting.tftpl", { who = "world", list = [1, 2] })
  etag    = filemd5("${path.module}/greeting.tftpl")
}

resource "aws_dynamodb_table" "t" {
  name           = "t"
  read_capacity  = 1.0
  write_capacity = "2"
  hash_key       = "h"
  attribute {
    name = "h"
    type = "S"
  }
  lifecycle {
    ignore_changes = all
  }
}

output "conditional" {
  value = true ? aws_instance.i.id : null
}

output "object" {
  value = { a = aws_instance.i.id, b = { c = aws_instance.i.ami } }
}

output "list_with_unknown" {
  value = ["x", aws_instance.i.id, null]
}

output "template" {
  value = "id is ${aws_instance.i.id}"
}

output "none" {
  value = null
}
