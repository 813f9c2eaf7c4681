mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = {
      account_id = "123456789012"
      arn        = "arn:aws:iam::123456789012:user/mock"
      id         = "123456789012"
      user_id    = "AIDAMOCK"
    }
  }
  mock_data "aws_region" {
    defaults = {
      name        = "eu-central-1"
      id          = "eu-central-1"
      description = "Europe (Frankfurt)"
      endpoint    = "ec2.eu-central-1.amazonaws.com"
    }
  }
  mock_data "aws_partition" {
    defaults = {
      partition          = "aws"
      id                 = "aws"
      dns_suffix         = "amazonaws.com"
      reverse_dns_prefix = "com.amazonaws"
    }
  }
  mock_data "aws_iam_policy_document" {
    defaults = {
      json          = "{\"Version\":\"2012-10-17\"}"
      minified_json = "{\"Version\":\"2012-10-17\"}"
      id            = "1"
    }
  }
}

mock_provider "aws" {
  alias = "global"
}

mock_provider "aws" {
  alias = "west"
}

mock_provider "aws" {
  alias = "east"
}
