using DmDelegation.Engine;

namespace DmDelegation.Tests.Engine.BadInput;

/// <summary>Commands that are wrong in a message that is right: each gets its Status and a log line, and blocks none behind it.</summary>
[TestClass]
public sealed class BadCommandTests
{
    private const string Behind = "<Get><CmdID>99</CmdID><Item><Target><LocURI>./SCM/x</LocURI></Target></Item></Get>";

    [TestMethod]
    [DataRow("<Frobnicate><CmdID>1</CmdID></Frobnicate>", 400, DisplayName = "unknown command (AMB-020)")]
    [DataRow("<Put><CmdID>1</CmdID></Put>", 501, DisplayName = "Put (REP-018)")]
    [DataRow("<Search><CmdID>1</CmdID></Search>", 501, DisplayName = "Search (REP-018)")]
    [DataRow("<Get><Item><Target><LocURI>./SCM/x</LocURI></Target></Item></Get>", 400, DisplayName = "no CmdID (AMB-020)")]
    [DataRow("<Get><CmdID>1</CmdID></Get>", 412, DisplayName = "Get without Items (REP-035)")]
    [DataRow("<Get><CmdID>1</CmdID><Item></Item></Get>", 412, DisplayName = "Item without Target")]
    [DataRow("<Copy><CmdID>1</CmdID><Item><Target><LocURI>./SCM/x</LocURI></Target></Item></Copy>", 412, DisplayName = "Copy without Source")]
    [DataRow("<Alert><CmdID>1</CmdID><Data>9999</Data></Alert>", 406, DisplayName = "unknown Alert (PRO-125)")]
    [DataRow("<Alert><CmdID>1</CmdID><Data>soon</Data></Alert>", 406, DisplayName = "Alert that is no number")]
    [DataRow("<Alert><CmdID>1</CmdID></Alert>", 412, DisplayName = "Alert without Data")]
    [DataRow("<Get><CmdID>1</CmdID><Item><Target><LocURI>./SCM/../Net</LocURI></Target></Item></Get>", 404, DisplayName = "URI with .. (TND-018)")]
    [DataRow("<Get><CmdID>1</CmdID><Item><Target><LocURI>/SCM/x</LocURI></Target></Item></Get>", 404, DisplayName = "absolute URI (R-03)")]
    [DataRow("<Get><CmdID>1</CmdID><Item><Target><LocURI>./SCM/x?prop=Nonsense</LocURI></Target></Item></Get>", 406, DisplayName = "unknown property (TND-105)")]
    [DataRow("<Replace><CmdID>1</CmdID><Item><Target><LocURI>./SCM/x</LocURI></Target><Meta><Format xmlns=\"syncml:metinf\">blob</Format></Meta><Data>y</Data></Item></Replace>", 415, DisplayName = "unknown Format")]
    [DataRow("<Replace><CmdID>1</CmdID><Item><Target><LocURI>./SCM?prop=ACL</LocURI></Target><Data>Get</Data></Item></Replace>", 500, DisplayName = "malformed ACL (ACL-015)")]
    [DataRow("<Replace><CmdID>1</CmdID><Item><Target><LocURI>./SCM</LocURI></Target><Data>v</Data></Item></Replace>", 405, DisplayName = "value of an interior node (TND-068)")]
    [DataRow("<Add><CmdID>1</CmdID><Item><Target><LocURI>./SCM/x/y</LocURI></Target><Data>v</Data></Item></Add>", 405, DisplayName = "child of a leaf (TND-021)")]
    [DataRow("<Delete><CmdID>1</CmdID><Item><Target><LocURI>.</LocURI></Target></Item></Delete>", 405, DisplayName = "Delete of the root (TND-027)")]
    public void A_wrong_command_gets_its_Status_and_the_one_behind_it_is_executed(string command, int status)
    {
        using var server = new RawServer();
        var before = server.Durable.Tree;
        Assert.AreSequenceEqual([status, 200], server.Codes(command + Behind));
        Assert.AreSame(before, server.Durable.Tree, "the tree is unchanged");
        server.Lives();
    }

    [TestMethod]
    public void A_URI_beyond_the_limits_is_414_TND_015()
    {
        using var server = new RawServer();
        var longOne = RawServer.Get("./" + new string('x', 600));
        var deep = RawServer.Get("./" + string.Join('/', Enumerable.Repeat("a", 40)), 2);
        var absurd = RawServer.Get("./" + new string('x', 9000), 3);
        Assert.AreSequenceEqual([414, 414, 414, 200], server.Codes(longOne + deep + absurd + Behind));
        server.Lives();
    }

    [TestMethod]
    public void Unknown_elements_and_attributes_of_other_namespaces_harm_nobody()
    {
        using var server = new RawServer();
        server.Open().Say(server.Accept() + "<Get x:a=\"1\" xmlns:x=\"urn:x\"><CmdID>1</CmdID><Item><Target><LocURI>./SCM/x</LocURI></Target></Item></Get>" + Behind);
        Assert.IsNotNull(server.Sending);
        server.Lives();
    }

    [TestMethod]
    public void Every_refusal_is_a_log_line_with_a_stable_code()
    {
        using var server = new RawServer();
        server.Codes(RawServer.Get("./Nowhere"));
        var line = server.Device.Log.Single(line => line.Code == LogCodes.CommandRefused);
        Assert.AreEqual("DM1005", line.Code.ToString());
        Assert.AreEqual("404", line.Fields.First(field => field.Key == "status").Value);
    }
}
