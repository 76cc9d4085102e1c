using System.Xml;
using DmDelegation.Protocol;

namespace DmDelegation.ServerStub.Dm;

/// <summary>A Generic Alert (1226) of a device; the delegation fields are those of delegation.md 10.1.</summary>
public sealed record ReceivedAlert
{
    /// <summary>Device id.</summary>
    public string Device { get; init; } = "";

    /// <summary>Alert type without its prefix (PRO-135).</summary>
    public string Type { get; init; } = "";

    /// <summary>Mark; absent means informational (PRO-138).</summary>
    public string? Mark { get; init; }

    /// <summary>Correlator of the Exec that it answers.</summary>
    public string? Correlator { get; init; }

    /// <summary>Source LocURI.</summary>
    public string? Source { get; init; }

    /// <summary>Delegation id; absent if the alert is none of delegation.</summary>
    public string? Id { get; init; }

    /// <summary>Ack, Session or End.</summary>
    public string? Event { get; init; }

    /// <summary>Idempotence key (DEL-236).</summary>
    public string? Key { get; init; }

    /// <summary>Number of the alert for this target.</summary>
    public long N { get; init; }

    /// <summary>Success or Failure.</summary>
    public string? Result { get; init; }

    /// <summary>Reason code.</summary>
    public int Reason { get; init; }

    /// <summary>State of the record (delegation.md 12.1).</summary>
    public int State { get; init; }

    /// <summary>Delegating server.</summary>
    public string? By { get; init; }

    /// <summary>Delegated server.</summary>
    public string? To { get; init; }

    /// <summary>BH, hex.</summary>
    public string? Bind { get; init; }

    /// <summary>Key check value, as sent.</summary>
    public string? Check { get; init; }

    /// <summary>Account of B.</summary>
    public string? Account { get; init; }

    /// <summary>ACLs changed.</summary>
    public int Changed { get; init; }

    /// <summary>Nodes skipped (DEL-125).</summary>
    public int Skipped { get; init; }

    /// <summary>Whether this alert says that the delegation has succeeded.</summary>
    public bool Success => Result == "Success";

    /// <summary>Whether the record is Active, Suspended or Finalised (12.1).</summary>
    public static bool IsLive(int state) => state is 2 or 3 or 4;

    /// <summary>Whether the record has ended (12.1: 10 to 15).</summary>
    public static bool IsEnded(int state) => state is >= 10 and <= 15;

    /// <summary>Reads one Item of an Alert 1226; fields that are not there stay empty, malformed XML leaves only the frame.</summary>
    public static ReceivedAlert Read(string device, string? correlator, Item item)
    {
        var frame = new ReceivedAlert
        {
            Device = device,
            Type = WithoutPrefix(item.Meta?.Type ?? ""),
            Mark = item.Meta?.Mark,
            Correlator = correlator,
            Source = item.Source?.LocURI,
        };
        return item.Data is { Length: > 0 } data && item.Meta?.Format == "xml" ? ReadDelegation(frame, data.AsText()) : frame;
    }

    private static string WithoutPrefix(string type)
    {
        foreach (var prefix in (ReadOnlySpan<string>)["Reversed-Domain-Name:", "Content-Type:"])
            if (type.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                return type[prefix.Length..].Trim();
        return type;
    }

    private static ReceivedAlert ReadDelegation(ReceivedAlert frame, string xml)
    {
        var values = new Dictionary<string, string>();
        try
        {
            using var reader = XmlReader.Create(new StringReader(xml), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            var element = "";
            while (reader.Read())
            {
                if (reader.NodeType == XmlNodeType.Element)
                {
                    element = reader.LocalName;
                    while (reader.MoveToNextAttribute())
                        values[$"{element}@{reader.LocalName}"] = reader.Value;
                }
                else if (reader.NodeType == XmlNodeType.Text)
                {
                    values[element] = reader.Value.Trim();
                }
            }
        }
        catch (XmlException)
        {
            return frame;
        }

        string? Value(string name) => values.GetValueOrDefault(name);
        int Number(string name) => int.TryParse(Value(name), out var number) ? number : 0;
        return frame with
        {
            Id = Value("Delegation@id"),
            Event = Value("Delegation@event"),
            Key = Value("Delegation@key"),
            N = Number("Delegation@n"),
            Result = Value("Result"),
            Reason = Number("Reason"),
            State = Number("State"),
            By = Value("By"),
            To = Value("To"),
            Bind = Value("Bind"),
            Check = Value("Check"),
            Account = Value("Account"),
            Changed = Number("Acl@changed"),
            Skipped = Number("Acl@skipped"),
        };
    }
}
