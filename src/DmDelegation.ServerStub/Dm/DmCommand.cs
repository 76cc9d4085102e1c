using System.Text.Json;
using DmDelegation.Protocol;

namespace DmDelegation.ServerStub.Dm;

/// <summary>A DM command that the server wants to send.</summary>
public sealed record DmCommand
{
    /// <summary>Element name: Get, Add, Replace, Delete, Exec, Copy, Atomic or Sequence.</summary>
    public required string Name { get; init; }

    /// <summary>Target LocURI.</summary>
    public string? Uri { get; init; }

    /// <summary>Source LocURI of a Copy.</summary>
    public string? Source { get; init; }

    /// <summary>Meta Format; null leaves it out.</summary>
    public string? Format { get; init; }

    /// <summary>Meta Type; null leaves it out.</summary>
    public string? Type { get; init; }

    /// <summary>Item data as it goes into XML; null sends no Data.</summary>
    public ItemData? Data { get; init; }

    /// <summary>Correlator of an Exec.</summary>
    public string? Correlator { get; init; }

    /// <summary>Children of Atomic or Sequence.</summary>
    public IReadOnlyList<DmCommand> Children { get; init; } = [];

    /// <summary>Get of a node, property or list.</summary>
    public static DmCommand Get(string uri) => new() { Name = "Get", Uri = uri };

    /// <summary>Exec of a node.</summary>
    public static DmCommand Exec(string uri, string? correlator = null, ItemData? data = null, string? format = null) =>
        new() { Name = "Exec", Uri = uri, Correlator = correlator, Data = data, Format = format };

    /// <summary>Add of a leaf with a text value.</summary>
    public static DmCommand AddText(string uri, string value, string format = "chr") =>
        new() { Name = "Add", Uri = uri, Format = format, Data = ItemData.FromText(value) };

    /// <summary>Add of a leaf with a binary value, base64 on the wire (REP-084).</summary>
    public static DmCommand AddOctets(string uri, ReadOnlySpan<byte> value) =>
        new() { Name = "Add", Uri = uri, Format = "b64", Data = Base64Data(value) };

    /// <summary>Base64 text of octets, made without a string since it may be a secret.</summary>
    public static ItemData Base64Data(ReadOnlySpan<byte> value)
    {
        Span<byte> text = new byte[System.Buffers.Text.Base64.GetMaxEncodedToUtf8Length(value.Length)];
        System.Buffers.Text.Base64.EncodeToUtf8(value, text, out _, out var length);
        var data = ItemData.FromOctets(text[..length]);
        text.Clear();
        return data;
    }

    /// <summary>The element for the wire.</summary>
    /// <param name="nextCmdId">Gives the CmdIDs; called for the command first, then for its children in order.</param>
    public Command ToElement(Func<DmCommand, string> nextCmdId)
    {
        var id = nextCmdId(this);
        var meta = Format is null && Type is null ? null : new MetaInfo { Format = Format, Type = Type };
        var item = new Item
        {
            Target = Uri is null ? null : new Location(Uri),
            Source = Source is null ? null : new Location(Source),
            Meta = meta,
            Data = Data,
        };
        return Name switch
        {
            "Get" => new Get(id, null, [item]),
            "Add" => new Add(id, null, [item]),
            "Replace" => new Replace(id, null, [item]),
            "Delete" => new Delete(id, null, [item]),
            "Copy" => new Copy(id, null, [item]),
            "Exec" => new Exec(id, null, Correlator, [item]),
            "Atomic" => new Atomic(id, null, [.. Children.Select(child => child.ToElement(nextCmdId))]),
            "Sequence" => new Sequence(id, null, [.. Children.Select(child => child.ToElement(nextCmdId))]),
            _ => throw new InvalidOperationException($"{Name} is not a command of a server"),
        };
    }
}

/// <summary>What the device answered to one command, in document order; children follow their container.</summary>
/// <param name="Command">Element name.</param>
/// <param name="Uri">Target LocURI.</param>
/// <param name="Status">Status code; 0 if none came.</param>
/// <param name="Items">Data of Results, for a Get.</param>
public sealed record CommandResult(string Command, string? Uri, int Status, IReadOnlyList<ResultItem> Items)
{
    /// <summary>The first value as octets, base64 decoded; null without one.</summary>
    public byte[]? Octets() => Items.Count == 0 ? null : Items[0].Octets();
}

/// <summary>One Item of Results.</summary>
/// <param name="Uri">Source LocURI (PRO-064).</param>
/// <param name="Format">Meta Format; absent means chr.</param>
/// <param name="Data">The data as text: base64 for Format b64 or bin.</param>
public sealed record ResultItem(string Uri, string? Format, string? Data)
{
    /// <summary>The value as octets.</summary>
    public byte[]? Octets()
    {
        if (Data is null)
            return null;
        return Format is "b64" or "bin" ? DecodeOrNull(Data) : System.Text.Encoding.UTF8.GetBytes(Data);
    }

    private static byte[]? DecodeOrNull(string text)
    {
        var octets = new byte[text.Length];
        return Convert.TryFromBase64String(text, octets, out var length) ? octets[..length] : null;
    }
}

/// <summary>Commands of one message, and what to do with the answers.</summary>
/// <param name="Commands">The commands in order.</param>
/// <param name="Done">Called once with the result of every command, when the device has answered the package.</param>
/// <param name="Final">Whether the message ends its package; if not, the device asks for the next batch with Alert 1222 (PRO-073).</param>
/// <param name="Secret">Whether a command carries a key: then the reply is overwritten as soon as it is not needed.</param>
public sealed record DmBatch(IReadOnlyList<DmCommand> Commands, Action<IReadOnlyList<CommandResult>> Done, bool Final = true, bool Secret = false);

/// <summary>Commands given through the admin endpoint, and what became of them.</summary>
public sealed class CommandTicket
{
    /// <summary>Number of the ticket.</summary>
    public long Number { get; set; }

    /// <summary>Device id.</summary>
    public string Device { get; set; } = "";

    /// <summary>The batches not yet sent, each as JSON text.</summary>
    public List<string> Waiting { get; set; } = [];

    /// <summary>The results, batch by batch.</summary>
    public List<IReadOnlyList<CommandResult>> Results { get; set; } = [];

    /// <summary>Whether every batch has been answered.</summary>
    public bool Done { get; set; }
}

/// <summary>Reads commands from JSON: an array of objects with one member, named by the command.</summary>
public static class CommandJson
{
    private const int MaxNesting = 8; // own choice; Atomic and Sequence are not nested deeper by anybody

    /// <summary>Reads a batch: an array of commands, or {"commands": [...], "final": false}; throws <see cref="JsonException"/> with what is wrong.</summary>
    public static (IReadOnlyList<DmCommand> Commands, bool Final) ReadBatch(JsonElement batch)
    {
        var final = batch.ValueKind != JsonValueKind.Object || !batch.TryGetProperty("final", out var value) || value.GetBoolean();
        var array = batch.ValueKind == JsonValueKind.Object && batch.TryGetProperty("commands", out var commands) ? commands : batch;
        return (ReadCommands(array, 0), final);
    }

    private static List<DmCommand> ReadCommands(JsonElement array, int depth)
    {
        if (array.ValueKind != JsonValueKind.Array || depth > MaxNesting)
            throw new JsonException($"commands: an array is needed, nested at most {MaxNesting} deep");
        return [.. array.EnumerateArray().Select(element => ReadCommand(element, depth))];
    }

    private static DmCommand ReadCommand(JsonElement element, int depth)
    {
        if (element.ValueKind != JsonValueKind.Object || element.EnumerateObject().Count() != 1)
            throw new JsonException("command: an object with one member is needed");
        var member = element.EnumerateObject().Single();
        var name = member.Name.Length > 0 ? char.ToUpperInvariant(member.Name[0]) + member.Name[1..] : "";
        return name switch
        {
            "Get" or "Delete" => new DmCommand { Name = name, Uri = UriOf(member.Value) },
            "Add" or "Replace" or "Exec" => WithData(name, member.Value),
            "Copy" => new DmCommand { Name = name, Source = Text(member.Value, "source"), Uri = Text(member.Value, "target") },
            "Atomic" or "Sequence" => new DmCommand { Name = name, Children = ReadCommands(member.Value, depth + 1) },
            _ => throw new JsonException($"command: \"{member.Name}\" is not one of get, add, replace, delete, exec, copy, atomic, sequence"),
        };
    }

    private static string? UriOf(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString() : Text(value, "uri");

    private static DmCommand WithData(string name, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
            return new DmCommand { Name = name, Uri = value.GetString() };
        var base64 = Text(value, "dataBase64");
        var data = base64 ?? Text(value, "data");
        return new DmCommand
        {
            Name = name,
            Uri = Text(value, "uri"),
            Format = Text(value, "format") ?? (base64 is null ? null : "b64"),
            Type = Text(value, "type"),
            Data = data is null ? null : ItemData.FromText(data),
            Correlator = Text(value, "correlator"),
        };
    }

    private static string? Text(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var member) ? member.GetString() : null;
}
