using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace DmDelegation.Agent.Commands;

/// <summary>Answers go to standard output, everything else to standard error.</summary>
/// <param name="output">Standard output.</param>
/// <param name="error">Standard error.</param>
internal sealed class Terminal(TextWriter output, TextWriter error)
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Prints an answer: one line of JSON, or text for people.</summary>
    public int Print<T>(JsonElement data, JsonTypeInfo<T> type, bool json, Func<T, IEnumerable<string>> text)
    {
        var lines = json ? [JsonText(data)] : text(data.Deserialize(type)!).Select(Safe);
        try
        {
            foreach (var line in lines)
                output.WriteLine(line);
            return ExitCodes.Ok;
        }
        catch (IOException fault)
        {
            return Fail(ExitCodes.Failed, [$"the answer cannot be written: {fault.Message}"]);
        }
    }

    /// <summary>Prints an answer that was made here.</summary>
    public int Print<T>(T data, JsonTypeInfo<T> type, bool json, Func<T, IEnumerable<string>> text) =>
        Print(JsonSerializer.SerializeToElement(data, type), type, json, text);

    /// <summary>Prints a failure of one or more lines.</summary>
    public int Fail(string code, string text) => Fail(ExitCodes.Of(code), text.Split('\n'));

    /// <summary>Prints failures, a line each.</summary>
    public int Fail(int exitCode, IEnumerable<string> lines)
    {
        foreach (var line in lines)
            Say(line);
        return exitCode;
    }

    /// <summary>Says something beside the answer.</summary>
    public void Say(string line) => error.WriteLine("dmagent: " + Safe(line));

    private static string JsonText(JsonElement data)
    {
        using var octets = new MemoryStream();
        using (var writer = new Utf8JsonWriter(octets, Readable))
            data.WriteTo(writer);
        return System.Text.Encoding.UTF8.GetString(octets.GetBuffer().AsSpan(0, (int)octets.Length));
    }

    /// <summary>What servers wrote into the tree cannot steer the terminal.</summary>
    private static string Safe(string line) => line.Any(char.IsControl) ? string.Concat(line.Select(c => char.IsControl(c) ? '\uFFFD' : c)) : line;
}
