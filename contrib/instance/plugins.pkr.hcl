# plugins.pkr.hcl - what "packer init" fetches; packer before 1.7 has it built in, and not this file
packer {
  required_plugins {
    amazon = {
      version = ">= 1.2.8"
      source  = "github.com/hashicorp/amazon"
    }
  }
}
