using DmDelegation.Tests.Platform;

namespace DmDelegation.Tests.Agent;

/// <summary>Everything one agent needs, in a folder of its own: configuration, profile, secrets, state.</summary>
internal sealed class AgentFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public AgentFolder(string address = "https://127.0.0.1:9/dm", string more = "")
    {
        _folder.Write("client", "client-password\n");
        _folder.Write("server", "server-password\n");
        _folder.Write("profile.json", """
            { "name": "test", "rootAcl": "Add=*&Get=*&Replace=a.example",
              "devInfo": { "man": "m", "mod": "x", "dmV": "1", "lang": "en" },
              "devDetail": { "devTyp": "gateway", "oem": "o", "fwV": "1", "swV": "1", "hwV": "1" },
              "tree": [
                { "uri": "./SCM", "format": "node", "acl": "Add=a.example&Delete=a.example&Exec=a.example&Get=a.example&Replace=a.example" },
                { "uri": "./SCM/x", "format": "chr", "value": "1", "permanent": false },
                { "uri": "./SCM/b", "format": "bin", "value": "AAEC" },
                { "uri": "./SCM/r", "format": "chr", "value": "2", "access": [ "Get" ] } ],
              "protected": [ "./SCM/r" ] }
            """);
        Configure(address, more);
    }

    public string Path => _folder.Path;

    public string Configuration => _folder.File("dmagent.json");

    public string State => _folder.File("state");

    public string Store => System.IO.Path.Combine(State, "dmagent.db");

    public string File(string name) => _folder.File(name);

    public string Write(string name, string text, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite) => _folder.Write(name, text, mode);

    public string WriteDropIn(string name, string text)
    {
        Directory.CreateDirectory(Configuration + ".d");
        return _folder.Write(System.IO.Path.Combine("dmagent.json.d", name), text);
    }

    public void Configure(string address = "https://127.0.0.1:9/dm", string more = "") => _folder.Write("dmagent.json", $$"""
        { "stateDirectory": "state", "runtimeDirectory": "run", "profile": "profile.json", "clock": { "trust": "always" },{{more}}
          "accounts": [ { "name": "a", "serverId": "a.example", "address": "{{address}}", "clientName": "dev", "clientSecretFile": "client",
                          "serverName": "a.example", "serverSecretFile": "server" } ] }
        """);

    public void Dispose() => _folder.Dispose();
}
