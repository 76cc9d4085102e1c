using System.CommandLine;
using DmDelegation.ServerStub.Demo;
using DmDelegation.ServerStub.Hosting;

var configFile = new Option<FileInfo>("--config") { Description = "Configuration file (JSON)", Required = true };
var serve = new Command("serve", ServeHelp.Text) { configFile };
serve.SetAction(async (parsed, cancel) =>
{
    try
    {
        await using var host = await StubHost.StartAsync(StubConfiguration.Load(parsed.GetValue(configFile)!.FullName), cancel);
        Console.WriteLine(host.ReadyLine());
        await host.WaitAsync();
        return ExitCode.Ok;
    }
    catch (ConfigurationException fault)
    {
        await Console.Error.WriteLineAsync(fault.Message);
        return ExitCode.Configuration;
    }
    catch (IOException fault)
    {
        await Console.Error.WriteLineAsync(fault.Message);
        return ExitCode.Failed;
    }
});

var root = new RootCommand("OMA DM servers for tests and demonstrations of client authority delegation") { serve, DemoCommand.Create() };
var arguments = root.Parse(args);
return arguments.Errors.Count > 0 && arguments.Action is not null ? await arguments.InvokeAsync() is 0 ? ExitCode.Ok : ExitCode.Usage : await arguments.InvokeAsync();
