resource "aws_default_security_group" "closed" {
  vpc_id = "vpc-01"
}

resource "aws_default_security_group" "open" {
  vpc_id = "vpc-02"
  ingress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["10.0.0.0/8"]
  }
}

resource "aws_default_security_group" "egress_only" {
  vpc_id = "vpc-03"
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_default_security_group" "self" {
  vpc_id = "vpc-04"
  ingress {
    protocol  = -1
    self      = true
    from_port = 0
    to_port   = 0
  }
}
