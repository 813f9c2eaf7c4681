terraform {
  required_version = ">= 1.5, < 2.0"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

provider "aws" {
  region = "eu-central-1"
}

provider "aws" {
  alias  = "global"
  region = "us-east-1"
}

module "edge" {
  source = "./modules/edge"
  providers = {
    aws.edge = aws.global
    aws      = aws
  }
}

resource "aws_acm_certificate" "global" {
  provider          = aws.global
  domain_name       = "example.com"
  validation_method = "DNS"
  lifecycle {
    create_before_destroy = true
  }
}
