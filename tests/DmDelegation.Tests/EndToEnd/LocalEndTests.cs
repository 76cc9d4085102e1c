namespace DmDelegation.Tests.EndToEnd;

/// <summary>17.6 with the real agent and its command line.</summary>
[TestClass]
public sealed class LocalEndTests
{
    public required TestContext TestContext { get; set; }

    [TestMethod]
    public async Task The_operator_ends_an_active_delegation_and_A_hears_of_it_S_173_DEL_278()
    {
        if (!Environment.IsPrivilegedProcess)
            Assert.Inconclusive("only root may end a delegation");
        await using var world = await LiveWorld.StartAsync(TestContext);
        var live = await world.ActiveAsync();
        var answer = await world.AskAsync("delegation", "end", live.Id);
        Assert.AreEqual("Active Revoked 187", $"{answer.GetProperty("was").GetString()} {answer.GetProperty("state").GetString()} {answer.GetProperty("reasonCode").GetInt32()}");
        Assert.AreEqual("Revoked 187", await world.RecordAsync(live));
        Assert.AreEqual(Scheme.Home, await world.SchemeAsync());
        await world.UntilAsync("End is at A", () => LiveWorld.Alerts(world.ServerA, live, "End").Length == 1);
    }
}
