using System.Security.Cryptography;
using System.Text.Json;
using DmDelegation.ServerStub.Hosting;

namespace DmDelegation.ServerStub.State;

/// <summary>One JSON file of state for an identity; written whole, then renamed over the old one, mode 0600.</summary>
/// <param name="path">The file; null keeps the state in memory only.</param>
public class StateFile(string? path)
{
    /// <summary>Reads the state, or makes an empty one for a file that does not exist; another identity's file is refused.</summary>
    public ServerState Load(string serverId)
    {
        if (Read() is not { } octets)
            return new ServerState { ServerId = serverId };
        try
        {
            var state = JsonSerializer.Deserialize(octets, StubJson.Default.ServerState) ?? throw new JsonException("an object is needed");
            return state.ServerId == serverId ? state : throw new JsonException($"the state is that of {state.ServerId}, not of {serverId}");
        }
        catch (JsonException fault)
        {
            throw new ConfigurationException($"{path}: {fault.Message}");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(octets);
        }
    }

    /// <summary>Writes the state; after this returns a crash loses nothing of it.</summary>
    public void Save(ServerState state)
    {
        if (!IsKept)
            return;
        var octets = JsonSerializer.SerializeToUtf8Bytes(state, StubJson.Default.ServerState);
        Write(octets);
        CryptographicOperations.ZeroMemory(octets);
    }

    /// <summary>Whether the state outlives the server at all.</summary>
    protected virtual bool IsKept => path is not null;

    /// <summary>What was written last; null: nothing yet.</summary>
    protected virtual byte[]? Read() => path is not null && File.Exists(path) ? File.ReadAllBytes(path) : null;

    /// <summary>Puts the octets in the place of the last ones, whole or not at all; they are overwritten afterwards.</summary>
    protected virtual void Write(byte[] octets)
    {
        var temporary = path + ".new";
        using (var stream = PrivateFile.Create(temporary))
        {
            stream.Write(octets);
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, path!, overwrite: true);
    }
}
