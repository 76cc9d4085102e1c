using DmDelegation.Agent.Configuration;
using DmDelegation.Tests.Architecture;
using DmDelegation.Tests.Platform;

namespace DmDelegation.Tests.Packaging;

[TestClass]
public sealed class DefaultConfigurationTests
{
    private static string Installed => File.ReadAllText(Repository.FullPath("packaging/debian/dmagent.json"));

    private static ConfigurationReading Read(TemporaryFolder folder) => ConfigurationReader.Read(folder.File("dmagent.json"), _ => null);

    [TestMethod]
    public void The_configuration_of_the_package_is_valid_and_has_no_account()
    {
        using var folder = new TemporaryFolder();
        folder.Write("dmagent.json", Installed);
        var reading = Read(folder);
        Assert.IsEmpty(reading.Problems);
        Assert.IsEmpty(reading.Warnings);
        Assert.IsEmpty(reading.Configuration!.Accounts);
    }

    [TestMethod]
    public void The_account_that_it_shows_as_an_example_is_valid_as_a_drop_in()
    {
        using var folder = new TemporaryFolder();
        folder.Write("dmagent.json", Installed);
        Directory.CreateDirectory(folder.File("dmagent.json.d"));
        var example = Installed.Split('\n').Where(line => line.StartsWith("//   ", StringComparison.Ordinal)).Select(line => line[2..]);
        folder.Write("dmagent.json.d/10-home.json", string.Join('\n', example));
        var reading = Read(folder);
        Assert.IsEmpty(reading.Problems);
        Assert.IsEmpty(reading.Warnings);
        Assert.AreEqual("home", reading.Configuration!.Accounts.Single().Name);
    }
}
