using DmDelegation.Agent.Checks;
using DmDelegation.Tests.Platform;

namespace DmDelegation.Tests.Agent.Checks;

/// <summary>Which program is asked when root asks one of the system.</summary>
[TestClass]
public sealed class ToolTests
{
    [TestMethod]
    public void A_program_of_the_system_is_found_by_its_absolute_path_and_nowhere_else()
    {
        // The directory of the tests is where a bare name would be looked for first.
        var planted = Path.Combine(Environment.CurrentDirectory, "dmagent-planted");
        File.WriteAllText(planted, "");
        try
        {
            Assert.IsNull(Tool.Find("dmagent-planted"));
        }
        finally
        {
            File.Delete(planted);
        }

        var shell = Tool.Find("sh");
        Assert.IsTrue(shell is "/usr/bin/sh" or "/bin/sh", shell);
        using var folder = new TemporaryFolder();
        Assert.IsNull(Tool.Find("sh", [folder.Path]));
        Assert.AreEqual(folder.Write("sh", ""), Tool.Find("sh", [folder.File("none"), folder.Path]));
    }

    [TestMethod]
    public async Task It_runs_in_the_root_directory_and_a_bare_name_is_refused()
    {
        Assert.AreEqual("/\n", await Tool.RunAsync(Tool.Find("sh"), ["-c", "pwd"], default));
        Assert.IsNull(await Tool.RunAsync(null, [], default));
        await Assert.ThrowsExactlyAsync<ArgumentException>(() => Tool.RunAsync("sh", ["-c", "pwd"], default));
        await Assert.ThrowsExactlyAsync<ArgumentException>(() => Tool.RunAsync("./sh", ["-c", "pwd"], default));
    }
}
