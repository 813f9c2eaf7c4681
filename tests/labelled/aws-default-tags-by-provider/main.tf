provider "aws" {
  region = "eu-west-1"
  default_tags {
    tags = {
      Owner       = "team-orders"
      owner       = "team-orders"
      Environment = "prod"
      environment = "prod"
      CostCenter  = "4711"
      cost-center = "4711"
      Project     = "orders"
      Team        = "orders"
      ManagedBy   = "terraform"
      Service     = "orders"
    }
  }
}

resource "aws_s3_bucket" "b" {
  bucket = "tagged"
}

resource "aws_instance" "i" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"
  tags = {
    Name = "i"
  }
}
