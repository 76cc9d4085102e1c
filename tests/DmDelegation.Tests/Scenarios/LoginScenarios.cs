using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Scenarios;

/// <summary>
/// 17.3, S-088: no difference that could be used between an unknown name and a wrong secret. Speed is never asserted with a clock: what is
/// asserted is that the same secrets are opened as often, and that the wire says the same; the time is in the <c>bench</c> verb.
/// </summary>
[TestClass]
public sealed class LoginScenarios
{
    [TestMethod]
    [DataRow("HMAC")]
    [DataRow("DIGEST")]
    public void S_088_An_unknown_name_costs_what_a_wrong_secret_costs_DEL_187(string authType)
    {
        var (work, answers) = Fail(authType, _ => { });
        Assert.IsGreaterThan(1, work.Values.Sum(), "something was looked at");
        foreach (var unknown in new Action<ScriptedServer>[]
        {
            server => server.ServerName = "x.example",
            server => server.MacUser = "x.example",
            server => (server.ServerName, server.WrongCredential) = ("x.example", false),
        })
        {
            var (otherWork, otherAnswers) = Fail(authType, unknown);
            CollectionAssert.AreEquivalent(work.ToArray(), otherWork.ToArray());
            CollectionAssert.AreEqual(answers, otherAnswers);
        }
    }

    /// <summary>A session in which A fails to log in: what was unsealed how often, and the Status codes that A saw.</summary>
    private static (Dictionary<string, int> Opened, int[] Statuses) Fail(string authType, Action<ScriptedServer> change)
    {
        var costs = new Costs();
        using var device = new TestDevice(setup => (setup.AuthType, setup.ChangePorts) = (authType, costs.Count));
        var a = device.Servers["a.example"];
        a.WrongCredential = true;
        a.ServerInner = ScriptedServer.Inner(a.ServerName, "not the password"u8);
        change(a);
        var statuses = new List<int>();
        a.OnMessage = message => statuses.AddRange(message.Commands.OfType<DmDelegation.Protocol.Status>().Select(status => status.Data));
        costs.Opened.Clear();
        device.Manage("a.example", Dm.Get("./DevInfo/Man"));
        Assert.IsTrue(statuses.Count > 0 && statuses.All(status => status == 401), string.Join(' ', statuses));
        return (costs.Opened, [.. statuses]);
    }
}
