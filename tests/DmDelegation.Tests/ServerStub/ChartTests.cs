using DmDelegation.ServerStub.Demo;
using DmDelegation.ServerStub.Hosting;

namespace DmDelegation.Tests.ServerStub;

/// <summary>What a person reads of the demo.</summary>
[TestClass]
public sealed class ChartTests
{
    [TestMethod]
    [DataRow("./Delegation/Seq", "--- Get ./Delegation/Seq => 200 ---")]
    [DataRow("./Delegation/Cap/KeyMethods/Every/One", "=> 200 ->|")]
    public void An_arrow_shows_the_status_however_long_the_address_is(string uri, string expected)
    {
        var drawn = Draw(new StubEvent { Event = "command", Server = DemoWorld.A, Type = "Get", Uri = uri, Status = 200 });
        StringAssert.Contains(drawn, expected, StringComparison.Ordinal);
        Assert.AreEqual(Draw(new StubEvent { Event = "command", Server = DemoWorld.A, Type = "Get", Uri = ".", Status = 200 }).Length, drawn.Length, "the life lines stay in their columns");
    }

    [TestMethod]
    [DataRow(DemoWorld.A, "Start", "4 Exec")]
    [DataRow(DemoWorld.B, "Confirm", "7 Exec")]
    public void A_command_that_is_a_step_carries_its_number(string server, string operation, string expected) => StringAssert.Contains(
        Draw(new StubEvent { Event = "command", Server = server, Type = "Exec", Uri = $"./Delegation/7QK27QK2A/Operations/{operation}", Status = 200 }), expected, StringComparison.Ordinal);

    [TestMethod]
    [DataRow(DemoWorld.B, "Start", "4 Exec")]
    [DataRow(DemoWorld.D, "Confirm", "7 Exec")]
    [DataRow(DemoWorld.B, "Confirm", "Exec")]
    public void In_a_chain_the_numbers_are_those_of_the_link_that_is_shown_S_255(string server, string operation, string expected)
    {
        using var output = new StringWriter();
        var chart = new Chart(output, json: false, chain: true) { Roles = (DemoWorld.B, DemoWorld.D) };
        chart.Show(new StubEvent { Event = "command", Server = server, Type = "Exec", Uri = $"./Delegation/7QK27QK2A/Operations/{operation}", Status = 200 });
        StringAssert.Contains(output.ToString(), $"- {expected} record/Operations/{operation} => 200 -", StringComparison.Ordinal);
    }

    private static string Draw(StubEvent happened)
    {
        using var output = new StringWriter();
        new Chart(output, json: false).Show(happened);
        return output.ToString();
    }
}
