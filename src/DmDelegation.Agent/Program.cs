return await DmDelegation.Agent.Commands.CommandLine.RunAsync(args);
