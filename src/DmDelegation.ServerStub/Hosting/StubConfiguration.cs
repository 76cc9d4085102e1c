using System.Security.Cryptography;
using System.Text.Json;
using DmDelegation.ServerStub.Delegation;

namespace DmDelegation.ServerStub.Hosting;

/// <summary>Configuration of <c>dmstub serve</c>: any number of servers in one process (DEL-381).</summary>
public sealed record StubConfiguration
{
    /// <summary>Address of the admin endpoint, plain HTTP on loopback.</summary>
    public string Admin { get; set; } = "http://127.0.0.1:0";

    /// <summary>The servers, 1 to 64.</summary>
    public IReadOnlyList<ServerConfiguration> Servers { get; set; } = [];

    /// <summary>Reads and checks a configuration file; the message of the exception names file, key, value and what is allowed.</summary>
    public static StubConfiguration Load(string file)
    {
        StubConfiguration configuration;
        try
        {
            configuration = JsonSerializer.Deserialize(File.ReadAllBytes(file), StubJson.Default.StubConfiguration) ?? throw new JsonException("an object is needed");
        }
        catch (JsonException fault)
        {
            throw new ConfigurationException($"{file}: {fault.Path ?? "$"}: {fault.Message}");
        }
        catch (IOException fault)
        {
            throw new ConfigurationException($"{file}: {fault.Message}");
        }

        return new ConfigurationCheck(file).Check(configuration);
    }
}

/// <summary>Configuration of one server.</summary>
public sealed record ServerConfiguration
{
    /// <summary>DM Server Identifier.</summary>
    public string ServerId { get; set; } = "";

    /// <summary>State file; absent keeps the state in memory.</summary>
    public string? StateFile { get; init; }

    /// <summary>The DM endpoint.</summary>
    public DmConfiguration Dm { get; set; } = new();

    /// <summary>The server-to-server endpoint; absent: none.</summary>
    public S2sConfiguration? S2s { get; init; }

    /// <summary>Signer of vouchers; absent: no voucher can be made.</summary>
    public KeyPairFiles? Voucher { get; init; }

    /// <summary>RSA key to which step 6 is encrypted when this server is B (DEL-365); absent: the TDK goes under TLS alone.</summary>
    public KeyPairFiles? Encryption { get; init; }

    /// <summary>Accounts of devices.</summary>
    public IReadOnlyList<DeviceConfiguration> Devices { get; set; } = [];

    /// <summary>Largest DM message in octets that the server announces (PRO-023), 1,024 … 1,048,576; absent: not announced.</summary>
    public long? MaxMsgSize { get; init; }

    /// <summary>Answer to step 1.</summary>
    public PolicyConfiguration Policy { get; set; } = new();

    /// <summary>Test controls from the start (DEL-380); absent: none.</summary>
    public TestControls? Controls { get; init; }
}

/// <summary>A certificate and its private key, both PEM.</summary>
public record KeyPairFiles
{
    /// <summary>Certificate, PEM.</summary>
    public string CertificateFile { get; set; } = "";

    /// <summary>Private key, PEM.</summary>
    public string KeyFile { get; set; } = "";
}

/// <summary>The DM endpoint: its certificate serves server-to-server traffic too.</summary>
public sealed record DmConfiguration : KeyPairFiles
{
    /// <summary>https address with path; port 0 takes a free one.</summary>
    public string Listen { get; set; } = "https://127.0.0.1:0/dm";
}

/// <summary>The server-to-server endpoint.</summary>
public sealed record S2sConfiguration
{
    /// <summary>https address; port 0 takes a free one.</summary>
    public string Listen { get; set; } = "https://127.0.0.1:0";

    /// <summary>The peers by ServerID (DEL-351).</summary>
    public IReadOnlyDictionary<string, PeerConfiguration> Peers { get; set; } = new Dictionary<string, PeerConfiguration>();

    /// <summary>PEM with trust anchors: a certificate under one of them is known by the DNS names in it.</summary>
    public string? AnchorsFile { get; init; }
}

/// <summary>How a peer is reached and known.</summary>
public sealed record PeerConfiguration
{
    /// <summary>https address of its server-to-server endpoint.</summary>
    public string Address { get; set; } = "";

    /// <summary>base64 of SHA-256 of the SubjectPublicKeyInfo; absent: known by anchor.</summary>
    public string? Pin { get; init; }
}

/// <summary>Account of a device.</summary>
public sealed record DeviceConfiguration
{
    /// <summary>Value of ./DevInfo/DevId.</summary>
    public string DeviceId { get; set; } = "";

    /// <summary>User name of the client credential.</summary>
    public string ClientName { get; set; } = "";

    /// <summary>File with the client's password, one trailing newline ignored.</summary>
    public string ClientSecretFile { get; set; } = "";

    /// <summary>User name of the server credential.</summary>
    public string ServerName { get; set; } = "";

    /// <summary>File with the server's password, one trailing newline ignored.</summary>
    public string ServerSecretFile { get; set; } = "";

    /// <summary><c>HMAC</c> or <c>DIGEST</c>.</summary>
    public string AuthType { get; set; } = "HMAC";
}

/// <summary>What the server decides by itself in a delegation.</summary>
public sealed record PolicyConfiguration
{
    /// <summary>Whether step 1 of a peer is accepted.</summary>
    public bool Accept { get; set; } = true;

    /// <summary>Key method of A when B began: tls or cms.</summary>
    public string KeyMethod { get; set; } = "tls";

    /// <summary>AuthType of the account that B asks for: HMAC or DIGEST.</summary>
    public string AccountAuthType { get; set; } = "HMAC";
}

/// <summary>A configuration that cannot be used.</summary>
public sealed class ConfigurationException(string message) : Exception(message);

/// <summary>Checks a configuration: every fault names file, key, value and allowed range.</summary>
internal sealed class ConfigurationCheck(string file)
{
    private const int MaxServers = 64;

    public StubConfiguration Check(StubConfiguration configuration)
    {
        Address("admin", configuration.Admin, "http", loopback: true);
        Require(configuration.Servers.Count is > 0 and <= MaxServers, "servers", $"{configuration.Servers.Count} entries", $"1 … {MaxServers} entries");
        var ids = configuration.Servers.Select(server => server.ServerId).ToList();
        Require(ids.Distinct().Count() == ids.Count, "servers[].serverId", string.Join(", ", ids), "every identity once");
        foreach (var (server, index) in configuration.Servers.Select((server, index) => (server, index)))
            Check(server, $"servers[{index}]");
        return configuration;
    }

    private void Check(ServerConfiguration server, string key)
    {
        ServerId($"{key}.serverId", server.ServerId);
        Address($"{key}.dm.listen", server.Dm.Listen, "https", loopback: false);
        KeyPair($"{key}.dm", server.Dm);
        if (server.Voucher is { } voucher)
            KeyPair($"{key}.voucher", voucher);
        if (server.Encryption is { } encryption)
            KeyPair($"{key}.encryption", encryption);
        Require(server.Policy.KeyMethod is "tls" or "cms", $"{key}.policy.keyMethod", server.Policy.KeyMethod, "tls or cms");
        Require(server.Policy.AccountAuthType is "HMAC" or "DIGEST", $"{key}.policy.accountAuthType", server.Policy.AccountAuthType, "HMAC or DIGEST");
        if (server.MaxMsgSize is { } size)
            Require(size is >= 1024 and <= 1048576, $"{key}.maxMsgSize", $"{size}", "1024 … 1048576 octets");
        foreach (var (device, index) in server.Devices.Select((device, index) => (device, index)))
            Check(device, $"{key}.devices[{index}]");
        if (server.Controls is { } controls)
            Check(controls, $"{key}.controls");
        if (server.S2s is not { } s2s)
            return;
        Address($"{key}.s2s.listen", s2s.Listen, "https", loopback: false);
        if (s2s.AnchorsFile is { } anchors)
            Exists($"{key}.s2s.anchorsFile", anchors);
        foreach (var (peer, value) in s2s.Peers)
            Check(value, $"{key}.s2s.peers.{peer}");
    }

    private void Check(DeviceConfiguration device, string key)
    {
        Require(device.DeviceId.Length is > 0 and <= 255, $"{key}.deviceId", device.DeviceId, "1 … 255 characters");
        Require(device.ClientName.Length is > 0 and <= 255 && !device.ClientName.Contains(':'), $"{key}.clientName", device.ClientName, "1 … 255 characters without ':'");
        Require(device.ServerName.Length is > 0 and <= 255 && !device.ServerName.Contains(':'), $"{key}.serverName", device.ServerName, "1 … 255 characters without ':'");
        Require(device.AuthType is "HMAC" or "DIGEST", $"{key}.authType", device.AuthType, "HMAC or DIGEST");
        Exists($"{key}.clientSecretFile", device.ClientSecretFile);
        Exists($"{key}.serverSecretFile", device.ServerSecretFile);
    }

    /// <summary>Checks a peer, also one that is set at run time.</summary>
    public void Check(PeerConfiguration peer, string key)
    {
        // Empty while the peer's port is not known yet; the admin endpoint sets it then.
        if (peer.Address.Length > 0)
            Address($"{key}.address", peer.Address, "https", loopback: false);
        if (peer.Pin is { } pin)
            Require(Convert.TryFromBase64String(pin, new byte[pin.Length], out var length) && length == SHA256.HashSizeInBytes, $"{key}.pin", pin, "base64 of 32 octets");
    }

    /// <summary>Checks test controls, also those that are set at run time: one that is misspelt would never do anything.</summary>
    public void Check(TestControls controls, string key)
    {
        foreach (var (list, name) in ((List<MessageControl>, string)[])[(controls.Drop, "drop"), (controls.Delay, "delay"), (controls.Repeat, "repeat"), (controls.Reorder, "reorder")])
            foreach (var control in list)
            {
                var type = control.Type.StartsWith("answer:", StringComparison.Ordinal) && name is "drop" or "delay" ? control.Type["answer:".Length..] : control.Type;
                Require(MessageType.Sent.Contains(type.TrimEnd('1', '3')), $"{key}.{name}.type", control.Type, string.Join(", ", MessageType.Sent) + "; drop and delay: also with answer: in front");
                Require(control.Count >= -1, $"{key}.{name}.count", $"{control.Count}", "-1 for ever, or how often");
                Require(control.Seconds is >= 0 and <= 604_800, $"{key}.{name}.seconds", $"{control.Seconds}", "0 … 604800");
            }

        Require(controls.WrongTermsIn is 0 or 3 or 6, $"{key}.wrongTermsIn", $"{controls.WrongTermsIn}", "3 or 6");
        Require(controls.CrashIn is null || Enum.GetNames<ProcessState>().Contains(controls.CrashIn), $"{key}.crashIn", controls.CrashIn ?? "", string.Join(", ", Enum.GetNames<ProcessState>()));
        Require(controls.HttpStatus is 0 or (>= 100 and <= 599), $"{key}.httpStatus", $"{controls.HttpStatus}", "100 … 599");
    }

    private void KeyPair(string key, KeyPairFiles files)
    {
        Exists($"{key}.certificateFile", files.CertificateFile);
        Exists($"{key}.keyFile", files.KeyFile);
    }

    private void ServerId(string key, string value) =>
        Require(value.Length is > 0 and <= 255 && !value.Any(c => c is '=' or '&' or '*' or '+' || char.IsWhiteSpace(c)), key, value, "1 … 255 characters without = & * + and white space (DEL-107)");

    private void Address(string key, string value, string scheme, bool loopback) =>
        Require(
            Uri.TryCreate(value, UriKind.Absolute, out var uri) && uri.Scheme == scheme && (!loopback || uri.IsLoopback),
            key, value, loopback ? $"an absolute {scheme} URI on loopback" : $"an absolute {scheme} URI");

    private void Exists(string key, string path) => Require(File.Exists(path), key, path, "the path of an existing file");

    private void Require(bool holds, string key, string value, string allowed)
    {
        if (!holds)
            throw new ConfigurationException($"{file}: {key}: \"{value}\" is not allowed; allowed: {allowed}");
    }
}
