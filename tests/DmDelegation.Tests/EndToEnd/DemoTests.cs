using System.Diagnostics;
using System.Text.Json;

namespace DmDelegation.Tests.EndToEnd;

/// <summary>The demo as its reader starts it, a process of its own. It judges what it shows by itself; here its verdict and its output are looked at.</summary>
[TestClass]
public sealed class DemoTests
{
    // Every option once, and a failure by B, by the device and by a lie; the continuous build runs each --fail.
    public static IEnumerable<object[]> Cases =>
    [
        [""],
        ["--type full --duration until-revoked --key cms --confirm exec"],
        ["--duration final"],
        ["--type full --duration final --key cms"],
        ["--chain"],
        ["--chain --confirm exec --key cms"],
        ["--fail 2"],
        ["--fail 4"],
        ["--fail 9"],
    ];

    public required TestContext TestContext { get; set; }

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public async Task The_demo_finds_everything_as_it_should_be_DEL_380(string arguments)
    {
        var folder = Directory.CreateTempSubdirectory("dm-demo-").FullName;
        using var demo = Start(["demo", "--json", "--keep", folder, .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        try
        {
            var errors = demo.StandardError.ReadToEndAsync(TestContext.CancellationToken);
            var output = await demo.StandardOutput.ReadToEndAsync(TestContext.CancellationToken);
            await demo.WaitForExitAsync(TestContext.CancellationToken);
            Assert.AreEqual(0, demo.ExitCode, output + await errors);
            var kinds = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Kind).ToList();
            Assert.Contains("ok", kinds);
            Assert.DoesNotContain("difference", kinds);
            Assert.Contains("s2s-received", kinds);
        }
        finally
        {
            if (!demo.HasExited)
                demo.Kill(entireProcessTree: true);
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Process Start(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "dmstub.dll"));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    private static string Kind(string line)
    {
        using var document = JsonDocument.Parse(line);
        return document.RootElement.GetProperty("event").GetString()!;
    }
}
