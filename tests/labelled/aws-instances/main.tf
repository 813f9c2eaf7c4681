resource "aws_instance" "v1" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "t2.micro"
}

resource "aws_instance" "v2" {
  ami                         = "ami-0123456789abcdef0"
  instance_type               = "t3.micro"
  associate_public_ip_address = false
  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "required"
  }
}

resource "aws_instance" "optional" {
  ami                         = "ami-0123456789abcdef0"
  instance_type               = "m4.large"
  associate_public_ip_address = true
  metadata_options {
    http_tokens = "optional"
  }
}

resource "aws_instance" "noendpoint" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "m6i.large"
  metadata_options {
    http_endpoint = "disabled"
  }
}

resource "aws_launch_template" "v1" {
  name          = "v1"
  instance_type = "c3.large"
  network_interfaces {
    associate_public_ip_address = "true"
  }
}

resource "aws_launch_template" "v2" {
  name          = "v2"
  instance_type = "c7g.large"
  metadata_options {
    http_tokens = "required"
  }
  network_interfaces {
    associate_public_ip_address = "false"
  }
}

resource "aws_subnet" "public" {
  vpc_id                  = "vpc-01"
  cidr_block              = "10.1.0.0/24"
  map_public_ip_on_launch = true
}

resource "aws_subnet" "private" {
  vpc_id     = "vpc-01"
  cidr_block = "10.1.1.0/24"
}

resource "aws_instance" "in_public" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"
  subnet_id     = aws_subnet.public.id
}

resource "aws_instance" "in_private" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"
  subnet_id     = aws_subnet.private.id
}

resource "aws_instance" "huge" {
  count         = 1
  ami           = "ami-0123456789abcdef0"
  instance_type = "m5.12xlarge"
}

resource "aws_instance" "eight" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "r6i.8xlarge"
}

resource "aws_instance" "metal" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "m5.metal"
}
