using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace DmDelegation.ServerStub.Hosting;

/// <summary>
/// Drives the servers of a process: plain HTTP on loopback, JSON, never a secret.
/// GET /servers/{id}; POST /servers/{id}/devices/{device}/commands; GET /servers/{id}/tickets/{n}; POST /servers/{id}/delegate;
/// POST /servers/{id}/delegations/{delegationId}/revoke, cancel or relinquish (what it comes to is decided by role and state); POST /servers/{id}/controls; PUT /servers/{id}/peers/{peer};
/// GET /events?after=N&amp;wait=SECONDS; POST /stop.
/// </summary>
internal sealed class AdminEndpoint(IReadOnlyDictionary<string, DmServer> servers, EventLog events, Action stop)
{
    private const double LongestWaitSeconds = 60; // own choice: clients ask again

    public async Task HandleAsync(HttpContext http, byte[] body)
    {
        var path = http.Request.Path.Value?.Trim('/').Split('/').Select(Uri.UnescapeDataString).ToArray() ?? [];
        try
        {
            await RouteAsync(http, path, body);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or ConfigurationException)
        {
            await ErrorAsync(http, 400, fault.Message);
        }
    }

    private async Task RouteAsync(HttpContext http, string[] path, byte[] body)
    {
        switch (http.Request.Method, path)
        {
            case ("GET", ["events"]):
                await EventsAsync(http);
                return;
            case ("POST", ["stop"]):
                stop();
                http.Response.StatusCode = 202;
                return;
            case (_, ["servers", var id, .. var rest]) when servers.TryGetValue(id, out var server):
                await ServerAsync(http, server, rest, body);
                return;
            default:
                await ErrorAsync(http, 404, $"{http.Request.Method} {http.Request.Path}: no such resource");
                return;
        }
    }

    private static async Task ServerAsync(HttpContext http, DmServer server, string[] path, byte[] body)
    {
        switch (http.Request.Method, path)
        {
            case ("GET", []):
                await WriteAsync(http, server.View(), StubJson.Default.ServerView);
                return;
            case ("POST", ["devices", var device, "commands"]):
                await WriteNumberAsync(http, "ticket", server.Queue(device, Encoding.UTF8.GetString(body)));
                return;
            case ("GET", ["tickets", var number]) when long.TryParse(number, out var n) && server.Ticket(n) is { } ticket:
                await WriteAsync(http, ticket, StubJson.Default.CommandTicket);
                return;
            case ("POST", ["delegate"]):
                await WriteTextAsync(http, "sid", server.Delegate(Read(body, StubJson.Default.DelegateRequest)));
                return;
            case ("POST", ["delegations", var delegation, "revoke" or "cancel" or "relinquish"]):
                http.Response.StatusCode = server.End(delegation) ? 202 : 404;
                return;
            case ("POST", ["controls"]):
                var controls = Read(body, StubJson.Default.TestControls);
                new ConfigurationCheck("request").Check(controls, "controls");
                server.SetControls(controls);
                http.Response.StatusCode = 204;
                return;
            case ("PUT", ["peers", var peer]):
                var configuration = Read(body, StubJson.Default.PeerConfiguration);
                new ConfigurationCheck("request").Check(configuration, $"peers.{peer}");
                server.Peers.Set(peer, configuration);
                http.Response.StatusCode = 204;
                return;
            default:
                await ErrorAsync(http, 404, $"{http.Request.Method} {http.Request.Path}: no such resource");
                return;
        }
    }

    private async Task EventsAsync(HttpContext http)
    {
        _ = long.TryParse(http.Request.Query["after"], out var after);
        _ = double.TryParse(http.Request.Query["wait"], out var wait);
        var found = await events.AfterAsync(after, TimeSpan.FromSeconds(Math.Clamp(wait, 0, LongestWaitSeconds)), http.RequestAborted);
        await WriteAsync(http, found, StubJson.Default.IReadOnlyListStubEvent);
    }

    private static T Read<T>(byte[] body, JsonTypeInfo<T> type) => JsonSerializer.Deserialize(body, type) ?? throw new JsonException("an object is needed");

    private static Task WriteAsync<T>(HttpContext http, T value, JsonTypeInfo<T> type) => SendAsync(http, JsonSerializer.SerializeToUtf8Bytes(value, type));

    private static Task WriteNumberAsync(HttpContext http, string name, long value) => SendAsync(http, Encoding.UTF8.GetBytes($"{{\"{name}\":{value}}}"));

    private static Task WriteTextAsync(HttpContext http, string name, string value) =>
        SendAsync(http, Encoding.UTF8.GetBytes($"{{\"{name}\":\"{JsonEncodedText.Encode(value)}\"}}"));

    private static Task ErrorAsync(HttpContext http, int status, string text)
    {
        http.Response.StatusCode = status;
        return WriteTextAsync(http, "error", text);
    }

    private static async Task SendAsync(HttpContext http, byte[] octets)
    {
        http.Response.ContentType = "application/json; charset=utf-8";
        await http.Response.Body.WriteAsync(octets, http.RequestAborted);
    }
}
