using System.Collections.Immutable;
using System.Text;
using DmDelegation.Protocol;

namespace DmDelegation.Tests.Scenarios.Harness;

/// <summary>DM commands as a server writes them; the scripted server numbers them.</summary>
public static class Dm
{
    public static Command Get(string uri) => new Get("0", null, [To(uri)]);

    public static Command Replace(string uri, string value, string? format = null) => new Replace("0", null, [Text(uri, value, format)]);

    public static Command ReplaceOctets(string uri, ReadOnlySpan<byte> value) => new Replace("0", null, [Octets(uri, value)]);

    public static Command Add(string uri, string value, string? format = null) => new Add("0", null, [Text(uri, value, format)]);

    public static Command AddOctets(string uri, ReadOnlySpan<byte> value) => new Add("0", null, [Octets(uri, value)]);

    public static Command AddNode(string uri, string? type = null) =>
        new Add("0", null, [To(uri) with { Meta = new MetaInfo { Format = "node", Type = type } }]);

    public static Command Delete(string uri) => new Delete("0", null, [To(uri)]);

    public static Command Exec(string uri, string? data = null, string? correlator = null) =>
        new Exec("0", null, correlator, [To(uri) with { Data = data is null ? null : ItemData.FromText(data) }]);

    public static Command Copy(string source, string target) =>
        new Copy("0", null, [To(target) with { Source = new Location(source) }]);

    public static Command Atomic(params ImmutableArray<Command> commands) => new Atomic("0", null, commands);

    public static Command Sequence(params ImmutableArray<Command> commands) => new Sequence("0", null, commands);

    private static Item To(string uri) => new() { Target = new Location(uri) };

    private static Item Text(string uri, string value, string? format) =>
        To(uri) with { Meta = format is null ? null : new MetaInfo { Format = format }, Data = ItemData.FromText(value) };

    private static Item Octets(string uri, ReadOnlySpan<byte> value) => To(uri) with
    {
        Meta = new MetaInfo { Format = "b64", Type = "application/octet-stream" },
        Data = ItemData.FromOctets(Encoding.ASCII.GetBytes(Convert.ToBase64String(value))),
    };
}
